/**
 * The front channel: from an authorization request to its response.
 *
 * @spec RFC 6749 §3.1 §4.1.1 §4.1.2
 * @spec RFC 9700 §2.1 §4.1
 */

import { randomToken, readForm, readQuery, type HttpRequest, type HttpResponse, type Params } from '@authlib/core'
import {
  accessDenied,
  invalidRequest,
  invalidScope,
  OAuth2Error,
  serverError,
  unauthorizedClient,
  unsupportedResponseType,
} from '../../errors.ts'
import { matchesRedirectUri } from '../../redirect-uri.ts'
import { coversScope, parseScope } from '../../scope.ts'
import { AuthorizationError } from '../authorization-error.ts'
import { authorizationRecord, mergeData, type Authorization } from '../records/authorization.ts'
import { batchOf, joinChanges } from '../records/changes.ts'
import type { Client } from '../contract/client.ts'
import type {
  AuthorizationDecision,
  AuthorizationRequest,
  Changes,
  ResponseMode,
  ResponseTarget,
  ResumedRequest,
  Server,
} from '../contract/feature.ts'
import type { RegisteredResponseType, Registry } from './registry.ts'
import { sessionEnded, sessionSlot } from '../records/session.ts'
import { toOAuth2Error } from './to-oauth2-error.ts'

/**
 * Seconds in which a request can be answered. Its authorization stays around as long, redeemed or not, so that answering
 * twice fails however late it comes.
 */
export const ANSWER_TIME = 3600

/** @throws AuthorizationError */
export async function validateAuthorizationRequest(
  server: Server,
  registry: Registry,
  source: HttpRequest | ResumedRequest,
): Promise<AuthorizationRequest> {
  const resumed = 'params' in source ? source : null
  const sent = resumed?.params ?? (await readParams(source as HttpRequest)) // sound: the other member of the union
  const client = await findClient(server, sent)
  const resolved = resumed ?? (await resolve(server, registry, client, sent))
  const { params } = resolved
  const target = responseTarget(server, registry, client, params)
  return atTarget(target, async () => {
    const { responseType, extensions } = findResponseType(registry, client, params)
    if (target.responseMode.responseMode !== (params.get('response_mode') ?? responseType.defaultMode)) {
      throw invalidRequest('response_mode is not supported here')
    }
    let request: AuthorizationRequest = {
      ...target,
      kind: 'authorization',
      params,
      responseType,
      scope: requestedScope(server, client, params),
      authorizationId: resolved.authorizationId ?? randomToken(server.random, 16),
      receivedAt: resumed?.receivedAt ?? server.clock(),
      changes: resolved.changes ?? {},
      data: {},
    }
    for (const extension of extensions) {
      const data = await extension.validateAuthorizationRequest?.(request)
      if (data) request = { ...request, data: mergeData(request.data, data) }
    }
    return request
  })
}

/** Stores what the person decided and answers the client. @throws AuthorizationError */
export async function createAuthorizationResponse(
  server: Server,
  registry: Registry,
  request: AuthorizationRequest,
  decision: AuthorizationDecision,
): Promise<HttpResponse> {
  return atTarget(request, async () => {
    if ('denied' in decision) throw accessDenied()
    const scope = decision.scope ?? request.scope
    if (!coversScope(request.scope, scope)) throw serverError('', { reason: 'approved scope was not requested' })
    if (scope.length === 0 && request.scope.length > 0) throw accessDenied('nothing was approved') // a response cannot say so
    if (decision.sessionId !== undefined && (await sessionEnded(server, decision.sessionId))) {
      throw new OAuth2Error('login_required', 'the session has ended')
    }
    const { extensions = [] } = registry.responseType(request.responseType.responseType) ?? {}
    const now = server.clock()
    let authorization: Authorization = {
      id: request.authorizationId,
      revision: 0,
      status: 'pending',
      clientId: request.client.clientId,
      subject: decision.subject,
      scope,
      createdAt: now,
      expiresAt: now + ANSWER_TIME,
      authTime: decision.authTime,
      acr: decision.acr,
      amr: decision.amr,
      data: decision.sessionId === undefined ? {} : sessionSlot.write(decision.sessionId),
    }
    const changes: Changes[] = [request.changes]
    for (const extension of extensions) {
      const added = await extension.authorizing?.(request, authorization)
      if (added?.data) authorization = { ...authorization, data: mergeData(authorization.data, added.data) }
      if (added?.changes) changes.push(added.changes)
    }
    const plan = await request.responseType.respond(request, authorization)
    if (plan.changes) changes.push(plan.changes)
    const stored: Authorization = {
      ...authorization,
      ...plan.update,
      data: mergeData(authorization.data, plan.update?.data),
      expiresAt: plan.update?.expiresAt ?? authorization.expiresAt,
      status: plan.update?.status ?? authorization.status,
    }
    const answer: Changes = {
      expect: [{ kind: 'authorization', id: stored.id, revision: 0 }],
      put: [authorizationRecord(stored, 1)],
    }
    if (!(await server.store.commit(batchOf(stored.id, now, joinChanges(answer, ...changes))))) {
      throw new AuthorizationError(invalidRequest('this authorization request has been answered already'), null)
    }
    server.emit({
      type: 'authorization.granted',
      at: now,
      authorizationId: stored.id,
      clientId: stored.clientId,
      subject: stored.subject,
      scope,
    })
    return sendToClient(registry, request, plan.params)
  })
}

/** Answers at the redirect URI, with `state` and whatever extensions add. */
export async function sendToClient(
  registry: Registry,
  target: ResponseTarget,
  params: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  const all: Record<string, string> = { ...params, ...(target.state === undefined ? {} : { state: target.state }) }
  for (const extension of registry.extensions) Object.assign(all, await extension.authorizationResponse?.(target))
  return target.responseMode.respond(all, target)
}

async function readParams(request: HttpRequest): Promise<Params> {
  try {
    return request.method === 'POST' ? await readForm(request) : readQuery(request)
  } catch (error) {
    throw new AuthorizationError(invalidRequest('the request cannot be read', { cause: error }), null)
  }
}

async function findClient(server: Server, params: Params): Promise<Client> {
  if (params.repeated.includes('client_id')) throw new AuthorizationError(invalidRequest('client_id is repeated'), null)
  const clientId = params.get('client_id')
  if (clientId === undefined) throw new AuthorizationError(invalidRequest('client_id is missing'), null)
  const client = await server.clients.find(clientId)
  if (!client) throw new AuthorizationError(invalidRequest('the client is not registered'), null)
  return client
}

async function resolve(
  server: Server,
  registry: Registry,
  client: Client,
  sent: Params,
): Promise<{ params: Params; changes?: Changes; authorizationId?: string }> {
  try {
    for (const extension of registry.extensions) {
      const resolved = await extension.resolveAuthorizationRequest?.(sent, client, server)
      if (resolved) return resolved
    }
  } catch (error) {
    throw error instanceof OAuth2Error ? new AuthorizationError(error, null) : error
  }
  return { params: sent }
}

/** Until this has succeeded no error may be redirected. RFC 6749 §4.1.2.1 */
function responseTarget(server: Server, registry: Registry, client: Client, params: Params): ResponseTarget {
  const redirectUri = findRedirectUri(client, params)
  return { server, client, redirectUri, responseMode: findResponseMode(registry, params), state: params.get('state') }
}

function findRedirectUri({ redirectUris, applicationType }: Client, params: Params): string {
  if (params.repeated.includes('redirect_uri'))
    throw new AuthorizationError(invalidRequest('redirect_uri is repeated'), null)
  const requested = params.get('redirect_uri')
  if (requested === undefined) {
    const [only, second] = redirectUris
    if (only !== undefined && second === undefined) return only // RFC 6749 §3.1.2.3
    throw new AuthorizationError(invalidRequest('redirect_uri is missing'), null)
  }
  if (redirectUris.some((registered) => matchesRedirectUri(registered, requested, applicationType))) return requested
  throw new AuthorizationError(invalidRequest('redirect_uri is not registered for this client'), null)
}

/** Errors travel by the mode that was asked for where it can carry them, by the default one otherwise. */
function findResponseMode(registry: Registry, params: Params): ResponseMode {
  const requested = params.get('response_type') ?? ''
  const known = registry.responseType(requested)?.responseType
  const defaultMode = known?.defaultMode ?? (/(^| )(id_)?token( |$)/.test(requested) ? 'fragment' : 'query')
  const wanted = params.get('response_mode')
  const carries = wanted !== undefined && !(wanted === 'query' && defaultMode === 'fragment') // Multiple Response Types §3
  const mode = (carries ? registry.responseModes.get(wanted) : undefined) ?? registry.responseModes.get(defaultMode)
  if (!mode) throw serverError('', { reason: `response mode ${defaultMode} is not registered` })
  return mode
}

function findResponseType(registry: Registry, client: Client, params: Params): RegisteredResponseType {
  if (params.repeated.length > 0) throw invalidRequest('a parameter is repeated') // RFC 6749 §3.1
  const requested = params.get('response_type')
  if (requested === undefined) throw invalidRequest('response_type is missing')
  const registered = registry.responseType(requested)
  if (!registered) throw unsupportedResponseType()
  const { responseType, grantTypes } = registered.responseType
  const allowed =
    client.responseTypes.some((type) => registry.responseType(type) === registered) &&
    grantTypes.every((grantType) => client.grantTypes.includes(grantType))
  if (!allowed) throw unauthorizedClient(`the client may not use response_type ${responseType}`)
  return registered
}

/**
 * What the server does not know is ignored (OpenID Connect Core §3.1.2.1), unless nothing else was asked for; what the
 * client may not have is refused. Without `scope` the default is none (RFC 6749 §3.3).
 */
function requestedScope({ scopes }: Server, client: Client, params: Params): readonly string[] {
  const requested = parseScope(params.get('scope'))
  const known = scopes === undefined ? requested : requested.filter((word) => scopes.includes(word))
  if (requested.length > 0 && known.length === 0) throw invalidScope('the scope is not known')
  if (!coversScope(client.scope, known)) throw invalidScope('the client may not ask for this scope')
  return known
}

/** Whatever fails once the target is known is answered there, a crash too. @throws AuthorizationError */
export async function atTarget<T>(target: ResponseTarget, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    throw error instanceof AuthorizationError ? error : new AuthorizationError(toOAuth2Error(error), target)
  }
}
