/**
 * Refresh tokens: rotation, detection of reuse, and one successor for parallel refreshes.
 *
 * @spec RFC 6749 §6
 * @spec RFC 9700 §4.14
 * @spec OAuth 2.1 §4.3
 */

import { constantTimeEqual, type JsonObject } from '@authlib/core'
import { assertSeconds, createSealer, decodeUtf8, refuseUnknownOptions, sha256Base64url } from '@authlib/core/kit'
import { invalidGrant, invalidRequest, invalidScope, type OAuth2Error } from '../../errors.ts'
import { coversScope, parseScope } from '../../scope.ts'
import type { Authorization, AuthorizationUpdate } from '../contract/authorization.ts'
import { alwaysAuthenticates, type Client } from '../contract/client.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import type { Extension } from '../contract/extension.ts'
import type { TokenPlan } from '../contract/plans.ts'
import type { Grant, TokenKind } from '../contract/registrable.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { refreshFamily, refreshSlot, type RefreshFamily, type RefreshState } from '../records/refresh-family.ts'
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

type Drawing = Pick<TokenRequest, 'server' | 'client' | 'now'>

interface Drawn {
  readonly token: string
  readonly state: RefreshState
}

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
  /** Draws a token and works out what is remembered of it. */
  async function next({ server, client, now }: Drawing, id: string, generation: number, end?: number): Promise<Drawn> {
    const token = await createRefreshToken(server, id, generation)
    const absoluteUntil = end ?? now + lifetimeOf(client)
    const idleUntil = Math.min(now + idleOf(client), absoluteUntil)
    return { token, state: { generation, head: await sha256Base64url(token), idleUntil, absoluteUntil } }
  }
  const firstToken: Extension = {
    kind: 'extension',
    name: 'refresh_token',
    tokenResponse({ plan: { authorization, refreshable }, draft }, { server, client }) {
      const wanted =
        refreshable === true && client.grantTypes.includes('refresh_token') && issueTo(client, authorization)
      return wanted ? next({ server, client, now: draft.issuedAt }, authorization.id, 1).then(answerWith) : undefined
    },
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
      const found = await findFamily(server, token, now)
      if (typeof found === 'string') throw invalidToken(found)
      const { authorization, generation, state, isHead } = found
      if (authorization.clientId !== client.clientId) throw invalidToken('refresh token of another client')
      const plan = { authorization, scope: narrowedScope(request, authorization) }

      if (isHead && client.refreshTokenRotation === false && alwaysAuthenticates(client)) {
        // Of many refreshes at once, those that lose the commit find on their second attempt that nothing is to be written.
        const idleUntil = Math.min(now + idleOf(client), state.absoluteUntil)
        return idleUntil === state.idleUntil ? plan : { ...plan, update: updateTo({ ...state, idleUntil }) }
      }
      if (isHead) {
        const drawn = await next(request, authorization.id, generation + 1, state.absoluteUntil)
        if (reuseInterval === 0) return { ...plan, ...answerWith(drawn) }
        const sealed = await successorSealer(token).seal(drawn.token)
        const successor = { sealed, until: now + reuseInterval, madeFor: senderKey(request) }
        return { ...plan, ...answerWith({ ...drawn, state: { ...drawn.state, successor } }) }
      }
      const successor = await openSuccessor(found, token, now)
      const sameSender = state.successor?.madeFor === senderKey(request)
      if (successor !== null && sameSender) return { ...plan, params: { refresh_token: successor } }
      if (generation >= state.generation) throw invalidToken('not the live refresh token')
      // RFC 9700 §4.14.2: someone holds a token that was replaced. This authorization ends, and only this one.
      return { ...plan, refuse: invalidToken('refresh token reused'), update: { status: 'revoked' } }
    },
  }
}

/** So that revocation and introspection recognise refresh tokens. */
const refreshTokenKind: TokenKind = {
  kind: 'token_kind',
  name: 'refresh_token',
  async find(token, server) {
    const now = server.clock()
    const found = await findFamily(server, token, now)
    if (typeof found === 'string') return null
    // As at the token endpoint: a client that lost the response logs out with what it has.
    if (!found.isHead && (await openSuccessor(found, token, now)) === null) return null
    const { authorization, state } = found
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

/** A token that came, whether it is the live one or not. */
interface Found extends RefreshFamily {
  readonly state: RefreshState
  /** It is the live one. */
  readonly isHead: boolean
}

/** Otherwise the reason why there is none. */
async function findFamily(server: Server, token: string, now: number): Promise<Found | string> {
  const family = await familyOf(server, token)
  if (typeof family === 'string') return family
  const state = refreshSlot.read(family.authorization)
  if (family.authorization.status !== 'active' || !state) return 'the authorization is not active'
  if (state.idleUntil <= now) return 'the refresh token has expired'
  return { ...family, state, isHead: constantTimeEqual(await sha256Base64url(token), state.head) }
}

async function familyOf(server: Server, token: string): Promise<RefreshFamily | string> {
  const parsed = await parseRefreshToken(server, token)
  if (parsed) {
    const authorization = await server.authorizations.find(parsed.authorizationId)
    return authorization ? { ...parsed, authorization } : 'unknown or expired authorization'
  }
  for (const find of server.handlers(refreshFamily)) {
    const family = await find({ server, token })
    if (family) return family
  }
  return 'not a refresh token of this server' // garbage cannot revoke anything
}

function answerWith({ token, state }: Drawn): { readonly params: JsonObject; readonly update: AuthorizationUpdate } {
  return { params: { refresh_token: token }, update: updateTo(state) }
}

function updateTo(state: RefreshState): AuthorizationUpdate {
  return { data: refreshSlot.write(state), expiresAt: state.idleUntil }
}

/** For `settings`, which are plain data. */
function described(option: SecondsFor<Client>): number | string {
  return typeof option === 'function' ? 'a rule of the application' : option
}

/** Less scope narrows the access token, never the next refresh token. OAuth 2.1 §4.3. What was taken from the client is gone. */
function narrowedScope({ params, client }: TokenRequest, authorization: Authorization): readonly string[] {
  const allowed = authorization.scope.filter((word) => client.scope.includes(word))
  if (allowed.length === 0 && authorization.scope.length > 0) {
    throw invalidToken('the client may no longer have any scope of the authorization')
  }
  if (!params.has('scope')) return allowed
  const requested = parseScope(params.get('scope'))
  if (!coversScope(allowed, requested)) throw invalidScope('the scope was not granted')
  return requested
}

/** The head, for its predecessor within the reuse interval; null for any other token. */
async function openSuccessor({ state, generation }: Found, token: string, now: number): Promise<string | null> {
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

function invalidToken(reason: string): OAuth2Error {
  return invalidGrant(INVALID_TOKEN, { reason })
}
