/** Requests that clients send directly: read the form, authenticate the client, let extensions receive it. */

import { Params, type Awaitable, type HttpRequest } from '@authlib/core'
import { formText, whenKnown } from '@authlib/core/kit'
import { invalidRequest } from '../../errors.ts'
import type { ClientRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { mergeData } from '../records/authorization.ts'
import { noteClient } from '../refusals.ts'
import { inTurn } from './in-turn.ts'
import type { Moments } from './moments.ts'
import type { Registry } from './registry.ts'

/** For endpoints other than the token endpoint. @throws OAuth2Error */
export async function receiveClientRequest(
  server: Server,
  registry: Registry,
  http: HttpRequest,
  endpoint: string,
): Promise<ClientRequest> {
  const params = clientParams(await formText(http))
  noteClient(http, params.get('client_id'))
  const client = await server.clients.authenticate(http, params, endpoint)
  noteClient(http, client.clientId)
  return received(registry.moments, { endpoint, server, http, client, params, now: server.clock(), data: {} })
}

/** The parameters in what {@link formText} has read. @throws OAuth2Error `invalid_request` */
export function clientParams(text: string): Params {
  const params = Params.parse(text)
  if (params.repeated.length > 0) throw invalidRequest('a parameter is repeated') // RFC 6749 §3.2
  return params
}

/** What extensions make of the request. */
export function received<R extends ClientRequest>(
  { receiveClientRequest: steps }: Pick<Moments, 'receiveClientRequest'>,
  first: R,
): Awaitable<R> {
  return inTurn(steps, first, (request, step) =>
    whenKnown(step(request), (change) => {
      if (!change) return request
      const { params = request.params, data } = change
      return { ...request, params, data: mergeData(request.data, data) }
    }),
  )
}
