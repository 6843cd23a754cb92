/**
 * Access tokens that a resource server can check by itself.
 *
 * @spec RFC 9068
 */

import { randomToken, type JsonObject } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import { decodeUnverifiedJwt, JoseError, signJwt, verifyJwt, type JwtClaims } from '@authlib/jose'
import { serverError } from '../../errors.ts'
import { formatScope } from '../../scope.ts'
import type { FoundToken, TokenDraft } from '../contract/plans.ts'
import type { Feature, TokenFormat } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { areActive, authorizationKeys, partitionOf, readAuthorization } from '../records/authorization.ts'
import { revokedStatus, statusEntryOf } from '../records/revoked-status.ts'
import { jwksEndpoint } from './jwks.ts'

export interface JwtAccessTokenOptions {
  /** Who the tokens are for, when nothing in the request says so: the `resource` of the API. §3 */
  readonly audience: string | readonly string[]
  /** Signature algorithm, unless the token is for a resource that has its own. Default: the first of the server's keys. */
  readonly algorithm?: string | undefined
  /** Further claims, such as roles of the subject. Protocol claims win. §2.2.3 */
  readonly claims?: ((draft: TokenDraft) => JsonObject | Promise<JsonObject>) | undefined
}

/** Seconds by which the clock of the node that issued a token may be ahead of this one's. Not added to `exp`. */
const LEEWAY = 2

const NAMESAKE = 'this account has the identifier of a client, and cannot be used until one of them is renamed'

const REVOKED_KIND = 'revoked_jwt'

/**
 * Makes every access token a signed JWT. Revocation and introspection still work: `jti` carries the authorization. A
 * resource server that only checks signatures notices a revocation when the token expires.
 *
 * Who is logged in must not have the `client_id` of a client for a subject: such a person is refused.
 *
 * @example
 * server.register(jwtAccessToken({ audience: 'https://api.example' }))
 */
export function jwtAccessToken({ audience, algorithm, claims, ...others }: JwtAccessTokenOptions): Feature {
  refuseUnknownOptions('jwtAccessToken', others)
  const defaultAudience = typeof audience === 'string' ? [audience] : audience
  const format: TokenFormat = {
    kind: 'token_format',
    name: 'jwt',
    isDefault: true,
    async mint(draft, server) {
      const key = await server.requireKeys().signingKey(draft.algorithm ?? algorithm)
      const audience =
        draft.audience.length > 0 ? draft.audience : [...defaultAudience, ...userinfoAudience(draft, server)]
      const payload = { ...(await claims?.(draft)), ...protocolClaims({ ...draft, audience }, server) }
      return { token: await signJwt(payload, key, { typ: 'at+jwt', lifetime: null }) } // §2.1
    },
    find: (token, server) => (token.startsWith('ey') ? findJwt(token, server, defaultAudience) : null),
  }
  return {
    kind: 'feature',
    name: 'jwt_access_token',
    includes: [
      format,
      jwksEndpoint,
      {
        kind: 'extension',
        name: 'jwt_access_token',
        async authorizing({ server }, { subject }) {
          // RFC 9700 §4.15: a client acting for itself is the `sub` of its tokens, and must not pass for a person
          const namesake = subject === undefined ? null : await server.clients.find(subject)
          if (namesake) throw serverError(NAMESAKE, { reason: 'the subject is the client_id of a client' })
        },
      },
    ],
  }
}

/** A token with the scope `openid` is for the userinfo endpoint too, unless the client asked for another audience. */
function userinfoAudience({ scope }: TokenDraft, server: Server): readonly string[] {
  const { userinfo_endpoint: endpoint } = server.metadata()
  return endpoint !== undefined && scope.includes('openid') ? [endpoint] : []
}

/** §2.2 */
function protocolClaims(draft: TokenDraft, { issuer, random }: Server): JwtClaims {
  const { authorization, audience } = draft
  return {
    ...draft.claims,
    iss: issuer,
    sub: authorization.subject ?? authorization.clientId, // §2.2: the client itself when there is no resource owner
    aud: audience[0] !== undefined && audience.length === 1 ? audience[0] : audience,
    client_id: authorization.clientId,
    iat: draft.issuedAt,
    exp: draft.expiresAt,
    jti: `${authorization.id}.${randomToken(random, 16)}`,
    ...(draft.scope.length > 0 ? { scope: formatScope(draft.scope) } : {}), // §2.2.3
    ...(authorization.authTime === undefined ? {} : { auth_time: authorization.authTime }), // §2.2.1
    ...(authorization.acr === undefined ? {} : { acr: authorization.acr }),
    ...(authorization.amr === undefined ? {} : { amr: authorization.amr }),
  }
}

/** A valid signature is not enough: the authorization must be active, and the token not revoked by itself. */
async function findJwt(token: string, server: Server, defaultAudience: readonly string[]): Promise<FoundToken | null> {
  const claims = await verified(token, server)
  if (!claims || (claims.exp ?? 0) <= server.clock()) return null
  const { jti = '', scope, aud = defaultAudience } = claims
  const authorizationId = jti.slice(0, jti.indexOf('.'))
  const partition = partitionOf(authorizationId)
  const keys = [[REVOKED_KIND, jti] as const, ...authorizationKeys(authorizationId)]
  const [revoked, own, ...ancestors] = await server.store.get(partition, keys)
  const now = server.clock()
  const authorization = readAuthorization(own, now)
  if (authorization?.status !== 'active' || revoked || !areActive(ancestors, now)) return null
  const expiresAt = claims.exp ?? 0
  const marker = { kind: REVOKED_KIND, id: jti, partition, revision: 1, expiresAt, data: { version: 1 } }
  const entry = statusEntryOf(claims as JsonObject) // sound: parsed from JSON
  const listed = entry && revokedStatus(server, authorizationId, { list: entry.list, indexes: [entry.idx], expiresAt })
  return {
    kind: 'access_token',
    authorization,
    scope: typeof scope === 'string' ? scope.split(' ') : [],
    audience: typeof aud === 'string' ? [aud] : aud,
    issuedAt: claims.iat ?? 0,
    expiresAt,
    tokenType: (claims['cnf'] as { readonly jkt?: unknown } | undefined)?.jkt === undefined ? 'Bearer' : 'DPoP', // RFC 9449 §6.2
    claims: claims as JsonObject, // sound: parsed from JSON
    revocation: {
      // One that derives from another has this token alone: what derives from it in turn dies too.
      ...(ancestors.length > 0 ? { update: { status: 'revoked' } } : {}),
      changes: { put: [marker, ...(listed ? [listed] : [])] },
    },
  }
}

async function verified(token: string, server: Server): Promise<JwtClaims | null> {
  const keys = server.requireKeys()
  try {
    const policy = {
      typ: 'at+jwt',
      issuer: issuerOf(token, server),
      anyAudience: true, // our own, whatever its audience
      required: ['jti'],
      algorithms: keys.algorithms,
      clock: server.clock,
      leeway: LEEWAY,
    }
    return (await verifyJwt(token, await keys.keySet(), policy)).claims
  } catch (error) {
    if (error instanceof JoseError) return null
    throw error
  }
}

/** Ours, or the one of ours that the token names: its own after a move. */
function issuerOf(token: string, { issuer, formerIssuers }: Server): string {
  if (formerIssuers.length === 0) return issuer
  const { iss } = decodeUnverifiedJwt(token).claims
  return formerIssuers.find((former) => former === iss) ?? issuer
}
