/** Requests that clients send directly: read the form, authenticate the client, let extensions receive it. */

import { Params, type HttpRequest } from '@authlib/core'
import { formText } from '@authlib/core/kit'
import { invalidRequest, OAuth2Error } from '../../errors.ts'
import type { ClientRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { mergeData } from '../records/authorization.ts'
import { noteClient, reportRefusal } from '../refusals.ts'
import type { Moments } from './moments.ts'
import type { Registry } from './registry.ts'

/** For endpoints other than the token endpoint. A refusal is an event. @throws OAuth2Error */
export async function receiveClientRequest(
  server: Server,
  registry: Registry,
  http: HttpRequest,
  endpoint: string,
): Promise<ClientRequest> {
  let clientId: string | undefined
  try {
    const params = clientParams(await formText(http))
    clientId = params.get('client_id')
    const client = await server.clients.authenticate(http, params, endpoint)
    clientId = client.clientId
    noteClient(http, clientId)
    const request: ClientRequest = { endpoint, server, http, client, params, now: server.clock(), data: {} }
    return registry.moments.receiveClientRequest.length > 0 ? await received(registry.moments, request) : request
  } catch (error) {
    if (error instanceof OAuth2Error) reportRefusal(server, error, { endpoint, clientId })
    throw error
  }
}

/** The parameters in what {@link formText} has read. @throws OAuth2Error `invalid_request` */
export function clientParams(text: string): Params {
  const params = Params.parse(text)
  if (params.repeated.length > 0) throw invalidRequest('a parameter is repeated') // RFC 6749 §3.2
  return params
}

/** What extensions make of the request. */
export async function received<R extends ClientRequest>(
  { receiveClientRequest: steps }: Pick<Moments, 'receiveClientRequest'>,
  first: R,
): Promise<R> {
  let request = first
  for (const step of steps) {
    const change = await step(request)
    if (!change) continue
    const { params = request.params, data } = change
    request = { ...request, params, data: data ? mergeData(request.data, data) : request.data }
  }
  return request
}
