/**
 * Token exchange: a token for another API or another client in place of one that is presented, on behalf of the same
 * person, with or without an actor.
 *
 * @spec RFC 8693
 */

import type { Awaitable } from '@authlib/core'
import { assertOptions, refuseUnknownOptions } from '@authlib/core/kit'
import { invalidRequest, invalidScope, OAuth2Error } from '../../errors.ts'
import { isResourceUri } from '../../resource-uri.ts'
import { coversScope, parseScope } from '../../scope.ts'
import type { Client } from '../contract/client.ts'
import type { MomentHandler } from '../contract/moments.ts'
import type { FoundToken, IssuePlan, TokenChange } from '../contract/plans.ts'
import type { Grant } from '../contract/registrable.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { exchangedTokens, requestedToken } from '../contract/token-moments.ts'
import { newAuthorization, parentChanges } from '../records/authorization.ts'
import { actorClaim, depthOf, type Actor } from './token-exchange-actor.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/** What a client asks to exchange. */
export interface TokenExchange {
  readonly server: Server
  /** The client that asks, and gets the new token. */
  readonly client: Client
  /** The token that is presented. */
  readonly subject: FoundToken
  /** Of the party that acts; null: the client itself, in its own name. */
  readonly actor: FoundToken | null
  /** `audience` and `resource` of the request: whom the new token is for. */
  readonly audience: readonly string[]
  readonly scope: readonly string[]
}

export interface TokenExchangeOptions {
  /**
   * Whether this client may have a token for this audience in place of that one. There is no default: nothing in a token
   * says who may exchange it.
   *
   * @example
   * allow: ({ client, subject, audience }) =>
   *   subject.audience.includes(client.clientId) && audience.every((name) => services.get(client.clientId)?.has(name))
   */
  readonly allow: (exchange: TokenExchange) => Awaitable<boolean>
  /** Most exchanges in a row, and most actors in `act`. At most 8. Default 4. */
  readonly maxDepth?: number | undefined
}

/** The `grant_type`. RFC 8693 §2.1 */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'

/** Scope that is about the person's login at one client, and goes to no other unasked. */
const LOGIN_SCOPE = ['openid', 'offline_access']

/**
 * Exchanges access tokens of this server, opaque or JWT. The new token has the subject and at most the scope and the
 * lifetime of the one presented, names the actor in `act`, and ends with it. A `may_act` claim of the presented token is
 * enforced. No refresh token is issued.
 *
 * @example
 * server.registerGrant(tokenExchangeGrant({ allow: ({ client }) => client.clientId === 'gateway' }))
 */
export function tokenExchangeGrant({ allow, maxDepth = 4, ...others }: TokenExchangeOptions): Grant {
  refuseUnknownOptions('tokenExchangeGrant', others)
  assertOptions('tokenExchangeGrant', { allow }, { allow: 'function' })
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > 8) throw new TypeError('maxDepth must be 1 to 8')
  return {
    kind: 'grant',
    grantType: TOKEN_EXCHANGE,
    settings: { maxDepth },
    includes: [tokenEndpoint],

    async exchange(request): Promise<IssuePlan> {
      const { server, client, now } = request
      const foreign = await foreignToken(request)
      if (foreign) return foreign
      const format = requestedFormat(request)
      const audience = targetsOf(request)
      const subject = await findSubject(request)
      const actor = await findActor(request)
      const scope = scopeOf(request, subject)
      const act = actorClaim(subject, actorOf(actor), { client, issuer: server.issuer })
      if (depthOf(subject, act) > maxDepth) throw invalidRequest('the token was exchanged too often')
      if (!(await allow({ server, client, subject, actor, audience, scope }))) {
        throw new OAuth2Error('invalid_target', 'the token may not be exchanged for this target') // §2.2.2
      }
      const { subject: person = subject.authorization.clientId } = subject.authorization
      const token: TokenChange = {
        audience,
        lifetime: subject.expiresAt - now,
        ...(format === undefined ? {} : { format }),
        ...(act === undefined ? {} : { claims: { act } }),
      }
      return {
        authorization: newAuthorization(request, { subject: person, scope, parent: subject.authorization }),
        scope,
        token,
        changes: parentChanges(subject),
        params: { issued_token_type: format === undefined ? ACCESS_TOKEN : JWT }, // §2.2.1
      }
    },
  }
}

/** What another feature issues by this grant: a token of another type, or one in place of tokens of other types. */
async function foreignToken(request: TokenRequest): Promise<IssuePlan | undefined> {
  const { params, server } = request
  const type = params.get('requested_token_type') ?? ACCESS_TOKEN
  if (!isOwnType(type)) return firstPlan(server.handlers(requestedToken), { request, type })
  const subjectType = params.get('subject_token_type')
  const actorType = params.get('actor_token_type')
  if (subjectType === undefined || (isOwnType(subjectType) && isOwnType(actorType ?? ACCESS_TOKEN))) return undefined
  return firstPlan(server.handlers(exchangedTokens), { request, subjectType, actorType })
}

function isOwnType(type: string): boolean {
  return type === ACCESS_TOKEN || type === JWT
}

async function firstPlan<In>(
  handlers: readonly MomentHandler<In, IssuePlan>[],
  input: In,
): Promise<IssuePlan | undefined> {
  for (const issue of handlers) {
    const plan = await issue(input)
    if (plan) return plan
  }
  return undefined
}

/** A token that is asked for as a JWT must be one; an access token has the format that the server gives it. */
function requestedFormat({ params, server }: TokenRequest): string | undefined {
  const type = params.get('requested_token_type') ?? ACCESS_TOKEN
  if (type === ACCESS_TOKEN) return undefined
  if (type === JWT && server.tokens.formats.includes('jwt')) return 'jwt'
  throw invalidRequest('requested_token_type is not supported')
}

/** @throws OAuth2Error `invalid_target` */
function targetsOf({ params }: TokenRequest): readonly string[] {
  const resources = params.all('resource')
  for (const resource of resources) {
    if (!isResourceUri(resource))
      throw new OAuth2Error('invalid_target', 'resource must be an absolute URI without fragment') // §2.1
  }
  return [...new Set([...params.all('audience'), ...resources])]
}

async function findSubject(request: TokenRequest): Promise<FoundToken> {
  const { params } = request
  const text = params.get('subject_token')
  if (text === undefined) throw invalidRequest('subject_token is missing')
  return findToken(request, text, 'subject_token')
}

async function findActor(request: TokenRequest): Promise<FoundToken | null> {
  const { params } = request
  const text = params.get('actor_token')
  if (text !== undefined) return findToken(request, text, 'actor_token')
  if (params.has('actor_token_type')) throw invalidRequest('actor_token_type without actor_token') // §2.1
  return null
}

/** @throws OAuth2Error `invalid_request`, whatever is wrong with the token. §2.2.2 */
async function findToken(
  { server, params }: TokenRequest,
  text: string,
  name: 'subject_token' | 'actor_token',
): Promise<FoundToken> {
  const type = params.get(`${name}_type`)
  if (type === undefined) throw invalidRequest(`${name}_type is missing`)
  if (!isOwnType(type)) throw invalidRequest(`${name}_type is not supported`)
  const found = await server.tokens.find(text)
  if (found?.kind === 'access_token') return found
  throw invalidRequest(`${name} is not valid`, { reason: found ? `a ${found.kind}` : 'unknown, expired or revoked' })
}

/** At most what the presented token has; of that, without `scope`, what the client may have. */
function scopeOf({ params, client }: TokenRequest, subject: FoundToken): readonly string[] {
  const requested = parseScope(params.get('scope'))
  if (!coversScope(subject.scope, requested)) throw invalidScope('the presented token does not have this scope')
  if (!coversScope(client.scope, requested)) throw invalidScope('the client may not ask for this scope')
  if (params.has('scope')) return requested
  return subject.scope.filter((word) => client.scope.includes(word) && !LOGIN_SCOPE.includes(word))
}

function actorOf(token: FoundToken | null): Actor | null {
  if (!token) return null
  const { subject, clientId } = token.authorization
  return { sub: subject ?? clientId, client_id: clientId }
}
