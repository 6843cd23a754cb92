/**
 * Refresh tokens: rotation, detection of reuse, and one successor for parallel refreshes.
 *
 * @spec RFC 6749 §6
 * @spec RFC 9700 §4.14
 * @spec OAuth 2.1 §4.3
 */

import { constantTimeEqual, type JsonObject } from '@authlib/core'
import { assertSeconds, createSealer, decodeUtf8, refuseUnknownOptions, sha256Base64url } from '@authlib/core/kit'
import { invalidGrant, invalidRequest, invalidScope } from '../../errors.ts'
import { coversScope, parseScope } from '../../scope.ts'
import type { Authorization, AuthorizationUpdate } from '../contract/authorization.ts'
import { alwaysAuthenticates, type Client } from '../contract/client.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import type { Extension } from '../contract/extension.ts'
import type { TokenPlan, TokenResponseChange } from '../contract/plans.ts'
import type { Grant, TokenKind } from '../contract/registrable.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { foreignFamily, type RefreshFamily } from './refresh-token-foreign.ts'
import { refreshSlot, type RefreshState } from './refresh-token-state.ts'
import { createRefreshToken, parseRefreshToken } from './refresh-token-text.ts'
import { senderKey } from '../records/sender-key.ts'
import { secondsFor, type SecondsFor } from '../../seconds.ts'

export interface RefreshTokenGrantOptions {
  /**
   * Seconds without a refresh after which the token dies, or a function that gives them for a client. Default 30 days.
   * A function is called at each refresh, so that a change of it holds for tokens that are out.
   */
  readonly idleLifetime?: SecondsFor<Client> | undefined
  /**
   * Seconds after which the person must come back, whatever happened meanwhile, or a function that gives them for a client
   * when the first token is issued. Default 365 days.
   */
  readonly lifetime?: SecondsFor<Client> | undefined
  /**
   * Seconds in which the predecessor is answered with the *same* successor: a client that lost the response, or refreshed
   * twice at once, stays signed in. It must prove the same DPoP key or client certificate, if it proved one: another key is
   * taken for theft. Default 10; 0 is strict.
   */
  readonly reuseInterval?: number | undefined
  /**
   * Who gets a refresh token. Default: a client registered for this grant, and with OpenID Connect only when
   * `offline_access` was granted (Core §11).
   */
  readonly issueTo?: ((client: Client, authorization: Authorization) => boolean) | undefined
}

/** For every fault of the token: who holds one learns no more about it. The reason goes to events. */
const INVALID_TOKEN = 'the refresh token is unknown, expired, revoked or used, or of another client'

const DAY = 86_400

/**
 * Refresh tokens: issued with the first access token where they are wanted, rotated at each use. RFC 6749 §6.
 *
 * @example
 * server.registerGrant(refreshTokenGrant({ idleLifetime: 14 * 86_400 }))
 */
export function refreshTokenGrant({
  idleLifetime = 30 * DAY,
  lifetime = 365 * DAY,
  reuseInterval = 10,
  issueTo = wantsRefreshToken,
  ...others
}: RefreshTokenGrantOptions = {}): Grant {
  refuseUnknownOptions('refreshTokenGrant', others)
  const idleOf = secondsFor('idleLifetime', idleLifetime, 1)
  const lifetimeOf = secondsFor('lifetime', lifetime, 1)
  assertSeconds({ reuseInterval })
  const firstToken: Extension = {
    kind: 'extension',
    name: 'refresh_token',
    tokenResponse({ plan, draft }, { server, client }) {
      const { authorization } = plan
      const wanted =
        plan.refreshable === true && client.grantTypes.includes('refresh_token') && issueTo(client, authorization)
      return wanted ? firstOf(authorization, draft.issuedAt, server, client) : undefined
    },
  }
  async function firstOf(
    { id }: Authorization,
    now: number,
    server: Server,
    client: Client,
  ): Promise<TokenResponseChange> {
    const token = await createRefreshToken(server, id, 1)
    const absoluteUntil = now + lifetimeOf(client)
    const state = await stateOf(token, { generation: 1, now, absoluteUntil, idleLifetime: idleOf(client) })
    return {
      params: { refresh_token: token },
      update: { data: refreshSlot.write(state), expiresAt: state.idleUntil },
    }
  }
  return {
    kind: 'grant',
    grantType: 'refresh_token',
    settings: { idleLifetime: described(idleLifetime), lifetime: described(lifetime), reuseInterval },
    includes: [tokenEndpoint, firstToken, refreshTokenKind],

    async exchange(request): Promise<TokenPlan> {
      const { server, client, params, now } = request
      const token = params.get('refresh_token')
      if (token === undefined) throw invalidRequest('refresh_token is missing')
      const family = await findFamily(server, token)
      if ('fault' in family) throw invalidGrant(INVALID_TOKEN, { reason: family.fault })
      const { generation, authorization } = family
      if (authorization.clientId !== client.clientId)
        throw invalidGrant(INVALID_TOKEN, { reason: 'refresh token of another client' })
      const state = refreshSlot.read(authorization)
      if (authorization.status !== 'active' || !state)
        throw invalidGrant(INVALID_TOKEN, { reason: 'the authorization is not active' })
      if (state.idleUntil <= now) throw invalidGrant(INVALID_TOKEN, { reason: 'the refresh token has expired' })
      const plan = { authorization, scope: narrowedScope(request, authorization) }

      if (constantTimeEqual(await sha256Base64url(token), state.head)) {
        const idle = idleOf(client)
        if (client.refreshTokenRotation === false && alwaysAuthenticates(client)) {
          return { ...plan, ...keepAlive(authorization, state, now + idle) }
        }
        const next = await createRefreshToken(server, authorization.id, generation + 1)
        const sealed = reuseInterval > 0 ? await successorSealer(token).seal(next) : undefined
        const state2: RefreshState = {
          ...(await stateOf(next, {
            generation: generation + 1,
            now,
            absoluteUntil: state.absoluteUntil,
            idleLifetime: idle,
          })),
          ...(sealed === undefined
            ? {}
            : { successor: { sealed, until: now + reuseInterval, madeFor: senderKey(request) } }),
        }
        return { ...plan, params: { refresh_token: next }, update: updateTo(authorization, state2) }
      }
      const successor = await openSuccessor(state, { token, generation }, now)
      const sameSender = state.successor?.madeFor === senderKey(request)
      if (successor !== null && sameSender) return { ...plan, params: { refresh_token: successor } }
      if (generation >= state.generation) throw invalidGrant(INVALID_TOKEN, { reason: 'not the live refresh token' })
      // RFC 9700 §4.14.2: someone holds a token that was replaced. This authorization ends, and only this one.
      return {
        ...plan,
        refuse: invalidGrant(INVALID_TOKEN, { reason: 'refresh token reused' }),
        update: { status: 'revoked' },
      }
    },
  }
}

/** So that revocation and introspection recognise refresh tokens. */
const refreshTokenKind: TokenKind = {
  kind: 'token_kind',
  name: 'refresh_token',
  async find(token, server) {
    const family = await findFamily(server, token)
    if ('fault' in family) return null
    const { authorization, generation } = family
    const state = refreshSlot.read(authorization)
    if (!state || authorization.status !== 'active' || state.idleUntil <= server.clock()) return null
    const isHead = constantTimeEqual(await sha256Base64url(token), state.head)
    // As at the token endpoint: a client that lost the response logs out with what it has.
    if (!isHead && (await openSuccessor(state, { token, generation }, server.clock())) === null) return null
    return {
      kind: 'refresh_token',
      authorization,
      scope: authorization.scope,
      audience: [],
      issuedAt: authorization.createdAt,
      expiresAt: state.idleUntil,
      claims: {},
      revocation: { update: { status: 'revoked' } }, // RFC 7009 §2.1: the tokens of the same authorization die too
    }
  },
}

function wantsRefreshToken(_client: Client, { scope }: Authorization): boolean {
  return !scope.includes('openid') || scope.includes('offline_access')
}

/** What the token is one of, whether it is the live one or not. */
async function findFamily(server: Server, token: string): Promise<RefreshFamily | { readonly fault: string }> {
  const parsed = await parseRefreshToken(server, token)
  if (!parsed) return (await foreignFamily(server, token)) ?? { fault: 'not a refresh token of this server' } // garbage cannot revoke anything
  const authorization = await server.authorizations.find(parsed.authorizationId)
  return authorization
    ? { authorization, generation: parsed.generation }
    : { fault: 'unknown or expired authorization' }
}

/**
 * Without rotation a use moves the end of the token alone. Nothing is written when it stays where it is: of many refreshes
 * at once, those that lose the commit find that on their second attempt.
 */
function keepAlive(
  authorization: Authorization,
  state: RefreshState,
  idleEnd: number,
): { readonly update?: AuthorizationUpdate } {
  const idleUntil = Math.min(idleEnd, state.absoluteUntil)
  return idleUntil === state.idleUntil ? {} : { update: updateTo(authorization, { ...state, idleUntil }) }
}

function updateTo(authorization: Authorization, state: RefreshState): AuthorizationUpdate {
  return { data: refreshSlot.write(state), expiresAt: Math.max(authorization.expiresAt, state.idleUntil) }
}

/** For `settings`, which are plain data. */
function described(option: SecondsFor<Client>): number | string {
  return typeof option === 'function' ? 'a rule of the application' : option
}

/** Less scope narrows the access token, never the next refresh token. OAuth 2.1 §4.3. What was taken from the client is gone. */
function narrowedScope({ params, client }: TokenRequest, authorization: Authorization): readonly string[] {
  const allowed = authorization.scope.filter((word) => client.scope.includes(word))
  if (allowed.length === 0 && authorization.scope.length > 0) {
    throw invalidGrant(INVALID_TOKEN, { reason: 'the client may no longer have any scope of the authorization' })
  }
  if (!params.has('scope')) return allowed
  const requested = parseScope(params.get('scope'))
  if (!coversScope(allowed, requested)) throw invalidScope('the scope was not granted')
  return requested
}

async function stateOf(
  token: string,
  {
    generation,
    now,
    absoluteUntil,
    idleLifetime,
  }: { generation: number; now: number; absoluteUntil: number; idleLifetime: number },
): Promise<RefreshState & JsonObject> {
  const idleUntil = Math.min(now + idleLifetime, absoluteUntil)
  return { generation, head: await sha256Base64url(token), idleUntil, absoluteUntil }
}

/** The head, for its predecessor within the reuse interval; null for any other token. */
async function openSuccessor(
  state: RefreshState,
  { token, generation }: { token: string; generation: number },
  now: number,
): Promise<string | null> {
  const { successor } = state
  if (generation !== state.generation - 1 || !successor || successor.until <= now) return null
  const opened = await successorSealer(token).open(successor.sealed)
  return opened && decodeUtf8(opened)
}

/** The predecessor itself is the secret: a dump of the store opens nothing, with the server's secrets neither. */
function successorSealer(token: string): ReturnType<typeof createSealer> {
  const secret = token.padEnd(32, '.') // ours are longer; what another server made has the length that it has
  return createSealer({ secrets: [secret], label: 'refresh_token_successor' })
}
