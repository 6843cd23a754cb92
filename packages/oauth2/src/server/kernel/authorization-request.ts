/**
 * From what a client asks for, by whichever channel, to a request that is valid.
 *
 * @spec RFC 6749 §3.1 §4.1.1
 * @spec RFC 9700 §2.1 §4.1
 */

import { randomToken, readForm, readQuery, type HttpRequest, type Params } from '@authlib/core'
import {
  invalidRequest,
  invalidScope,
  OAuth2Error,
  serverError,
  unauthorizedClient,
  unsupportedResponseType,
} from '../../errors.ts'
import { matchesRedirectUri } from '../../redirect-uri.ts'
import { parseScope } from '../../scope.ts'
import { allowedScope } from '../allowed-scope.ts'
import { AuthorizationError, atTarget } from '../authorization-error.ts'
import type { Client } from '../contract/client.ts'
import type {
  AuthorizationRequest,
  BackchannelRequest,
  InteractionRequest,
  NewBackchannelRequest,
  PushedRequest,
  ResponseTarget,
  ResumedRequest,
} from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { mergeData } from '../records/authorization.ts'
import type { Moments } from './moments.ts'
import { backchannelGrant, type RegisteredResponseType, type Registry } from './registry.ts'
import { resolveParams, type Resolution } from './resolve.ts'

/** Left over when no feature has resolved them. */
const REFERENCES = ['request', 'request_uri'] as const

/** @throws AuthorizationError */
export async function readAuthorizationRequest(
  server: Server,
  registry: Registry,
  http: HttpRequest,
): Promise<AuthorizationRequest> {
  const params = await atTarget(null, () => readParams(http))
  const clientId = params.get('client_id')
  const validate = async (): Promise<AuthorizationRequest> => {
    if (params.repeated.includes('client_id')) throw invalidRequest('client_id is repeated')
    if (clientId === undefined) throw invalidRequest('client_id is missing')
    return validateSent(server, registry, await findClient(server, clientId), { params, via: [] })
  }
  return atTarget(null, validate, clientId)
}

/** @throws OAuth2Error: nothing is answered at the redirect URI. RFC 9126 §2.3 */
export async function validatePushedRequest(
  server: Server,
  registry: Registry,
  { client, params, authorizationId }: PushedRequest,
): Promise<AuthorizationRequest> {
  if (params.has('request_uri')) throw invalidRequest('request_uri may not be pushed') // RFC 9126 §2.1
  try {
    return await validateSent(server, registry, client, { params, via: ['pushed'], authorizationId })
  } catch (error) {
    throw error instanceof AuthorizationError ? error.error : error
  }
}

/** @throws OAuth2Error */
export async function validateBackchannelRequest(
  server: Server,
  registry: Registry,
  { grantType, client, params, authorizationId, receivedAt, via = [] }: NewBackchannelRequest,
): Promise<BackchannelRequest> {
  const { moments } = backchannelGrant(registry, grantType)
  if (params.repeated.length > 0) throw invalidRequest('a parameter is repeated')
  if (!client.grantTypes.includes(grantType)) throw unauthorizedClient('the client may not use this grant_type')
  return validated(moments, {
    kind: 'backchannel',
    grantType,
    server,
    client,
    params,
    scope: requestedScope(server, client, params),
    authorizationId,
    receivedAt,
    changes: {},
    via,
    data: {},
  })
}

/** A request that comes back from a page: resolved before, validated again. @throws AuthorizationError */
export function resumeRequest(server: Server, registry: Registry, source: ResumedRequest): Promise<InteractionRequest> {
  const { grantType, clientId } = source
  const validate = async (): Promise<InteractionRequest> => {
    const client = await findClient(server, clientId)
    if (grantType === undefined) return validateAuthorizationRequest(server, registry, client, source)
    return validateBackchannelRequest(server, registry, { ...source, client, grantType })
  }
  return atTarget(null, validate, clientId)
}

/** Parameters as a client sent them. */
async function validateSent(
  server: Server,
  registry: Registry,
  client: Client,
  sent: Resolution,
): Promise<AuthorizationRequest> {
  const resolved = await resolveParams(server, registry, client, sent)
  return validateAuthorizationRequest(server, registry, client, { ...resolved, receivedAt: server.clock() })
}

/** Until the target is known no error may be redirected. RFC 6749 §4.1.2.1 */
async function validateAuthorizationRequest(
  server: Server,
  registry: Registry,
  client: Client,
  { params, via, changes = {}, authorizationId, receivedAt }: Resolution & { readonly receivedAt: number },
): Promise<AuthorizationRequest> {
  const redirectUri = findRedirectUri(client, params)
  const target = { server, client, redirectUri, ...findResponseMode(registry, params), state: params.get('state') }
  return atTarget(target, async () => {
    for (const name of REFERENCES) {
      // what is signed, or kept elsewhere, must not be taken for less than it says. RFC 9101 §7
      if (params.has(name)) throw new OAuth2Error(`${name}_not_supported`)
    }
    const { responseType, moments } = findResponseType(registry, client, params)
    if (target.responseMode.responseMode !== (params.get('response_mode') ?? target.defaultMode)) {
      throw invalidRequest('response_mode is not supported here')
    }
    return validated(moments, {
      ...target,
      kind: 'authorization',
      params,
      responseType,
      scope: requestedScope(server, client, params),
      authorizationId: authorizationId ?? randomToken(server.random, 16),
      receivedAt,
      changes,
      via,
      data: {},
    })
  })
}

async function validated<R extends InteractionRequest>(
  { validateAuthorizationRequest: steps }: Moments,
  first: R,
): Promise<R> {
  let request = first
  for (const validate of steps) {
    const data = await validate(request)
    if (data) request = { ...request, data: mergeData(request.data, data) }
  }
  return request
}

async function readParams(request: HttpRequest): Promise<Params> {
  try {
    return request.method === 'POST' ? await readForm(request) : readQuery(request)
  } catch (cause) {
    throw invalidRequest('the request cannot be read', { cause })
  }
}

async function findClient(server: Server, clientId: string): Promise<Client> {
  const client = await server.clients.find(clientId, { endpoint: 'authorization' })
  if (!client) throw invalidRequest('the client is not registered')
  return client
}

function findRedirectUri(client: Client, params: Params): string {
  if (params.repeated.includes('redirect_uri')) throw invalidRequest('redirect_uri is repeated')
  const requested = params.get('redirect_uri')
  if (requested === undefined) {
    const [only, second] = client.redirectUris
    if (only !== undefined && second === undefined) return only // RFC 6749 §3.1.2.3
    throw invalidRequest('redirect_uri is missing')
  }
  const fits = (registered: string): boolean =>
    matchesRedirectUri(registered, requested, client.applicationType, client)
  if (client.redirectUris.some(fits)) return requested
  throw invalidRequest('redirect_uri is not registered for this client')
}

/** Errors travel by the mode that was asked for where it can carry them, by the default one otherwise. */
function findResponseMode(registry: Registry, params: Params): Pick<ResponseTarget, 'responseMode' | 'defaultMode'> {
  const requested = params.get('response_type') ?? ''
  const known = registry.responseType(requested)?.responseType
  const defaultMode = known?.defaultMode ?? (/(^| )(id_)?token( |$)/.test(requested) ? 'fragment' : 'query')
  const modes = registry.byKind.response_mode
  const wanted = params.get('response_mode') ?? defaultMode
  const carries = wanted !== 'query' || defaultMode !== 'fragment' // Multiple Response Types §3
  const responseMode = (carries ? modes.get(wanted) : undefined) ?? modes.get(defaultMode)
  if (!responseMode) throw serverError('', { reason: `response mode ${defaultMode} is not registered` })
  return { responseMode, defaultMode }
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
 * client may not have is refused, or left out where the server is configured so. RFC 6749 §3.3
 */
function requestedScope(server: Server, client: Client, params: Params): readonly string[] {
  const { scopes } = server
  const requested = parseScope(params.get('scope'))
  if (requested.length === 0) return server.defaultScope(client)
  const known = scopes === undefined ? requested : requested.filter((word) => scopes.includes(word))
  if (known.length === 0) throw invalidScope('the scope is not known')
  return allowedScope(server, client, known)
}
