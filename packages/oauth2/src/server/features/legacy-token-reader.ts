/** Tokens of another server that are accepted during a move to this one. */

import type { Awaitable, JsonObject } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import type { Authorization } from '../contract/authorization.ts'
import { on } from '../contract/moments.ts'
import type { FoundToken } from '../contract/plans.ts'
import type { Feature, TokenKind } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import type { ForeignRefreshToken } from '../contract/token-moments.ts'
import { foreignRefreshToken } from '../records/foreign-refresh-token.ts'

/** An access token of the other server that is alive there. */
export interface LegacyAccessToken {
  readonly clientId: string
  /** Absent when the client acts for itself. */
  readonly subject?: string | undefined
  readonly scope: readonly string[]
  /** NumericDate. */
  readonly expiresAt: number
  /** NumericDate. Default: 0. */
  readonly issuedAt?: number | undefined
  /** Default: none in particular. */
  readonly audience?: readonly string[] | undefined
  /** Default `Bearer`. */
  readonly tokenType?: string | undefined
  /** Such as `cnf`. Wire names. */
  readonly claims?: JsonObject | undefined
}

export interface LegacyTokenReaderOptions {
  /** Looks an access token up in what the other server has left; null for any other string. Default: none is accepted. */
  readonly accessToken?: ((token: string, server: Server) => Awaitable<LegacyAccessToken | null>) | undefined
  /**
   * The same for a refresh token. Its first use replaces it by one of this server, and its second use later is a replay. Do
   * not delete it there: `expiresAt` must stay what it is. Default: none is accepted.
   */
  readonly refreshToken?: ((token: string, server: Server) => Awaitable<ForeignRefreshToken | null>) | undefined
}

/** A longer string is no token. */
const MAX_LENGTH = 16_384

/**
 * Accepts tokens that another server has issued, so that a move signs no one out. Access tokens work where this server is
 * asked: at introspection, userinfo, revocation and token exchange. Refresh tokens become tokens of this server.
 *
 * The functions only read: a revocation here is remembered here. What was revoked there is null. Take the registration away
 * when the last of the tokens has expired.
 *
 * @example
 * server.register(legacyTokenReader({
 *   accessToken: async (token) => readToken(await old.query('select * from tokens where hash = $1', [sha256(token)])),
 *   refreshToken: async (token) => readToken(await old.query('select * from refresh_tokens where hash = $1', [sha256(token)])),
 * }))
 */
export function legacyTokenReader({ accessToken, refreshToken }: LegacyTokenReaderOptions): Feature {
  const isShort = (token: string): boolean => token !== '' && token.length <= MAX_LENGTH
  return {
    kind: 'feature',
    name: 'legacy_token_reader',
    includes: [
      ...(accessToken
        ? [legacyKind(async (token, server) => (isShort(token) ? accessToken(token, server) : null))]
        : []),
      ...(refreshToken
        ? [
            {
              kind: 'extension' as const,
              name: 'legacy_token_reader',
              handlers: [
                on(foreignRefreshToken, async ({ token, server }) =>
                  isShort(token) ? ((await refreshToken(token, server)) ?? undefined) : undefined,
                ),
              ],
            },
          ]
        : []),
    ],
  }
}

function legacyKind(read: (token: string, server: Server) => Promise<LegacyAccessToken | null>): TokenKind {
  return {
    kind: 'token_kind',
    name: 'legacy_access_token',
    async find(token, server): Promise<FoundToken | null> {
      const known = await read(token, server)
      const now = server.clock()
      if (!known || !(known.expiresAt > now)) return null
      const authorization = await authorizationOf(token, known, server)
      if (authorization.status !== 'active') return null
      return {
        kind: 'access_token',
        authorization,
        scope: known.scope,
        audience: known.audience ?? [],
        issuedAt: known.issuedAt ?? 0,
        expiresAt: known.expiresAt,
        tokenType: known.tokenType ?? 'Bearer',
        claims: known.claims ?? {},
        revocation: { update: { status: 'revoked' } }, // the authorization of this token alone
      }
    },
  }
}

/** There is a record once the token was revoked here, or something derives from it. */
async function authorizationOf(token: string, known: LegacyAccessToken, server: Server): Promise<Authorization> {
  const id = (await sha256Base64url(`legacy access token ${token}`)).slice(0, 22)
  const stored = await server.authorizations.find(id)
  if (stored) return stored
  const { clientId, subject, scope, expiresAt, issuedAt = 0 } = known
  return { id, revision: 0, status: 'active', clientId, subject, scope, createdAt: issuedAt, expiresAt, data: {} }
}
