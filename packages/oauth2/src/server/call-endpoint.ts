/** Endpoints without HTTP: for tests, jobs, and services in the same process or behind a binding. */

import { Params, type HttpRequest, type HttpResponse, type ParamValues } from '@authlib/core'
import { encodeFormValue, parseJsonObject } from '@authlib/core/kit'
import type { Server } from './contract/server.ts'

/** What is sent to an endpoint. */
export interface EndpointCall {
  /** Fields of the form; a list repeats one. */
  readonly params?: ParamValues | undefined
  /** Sent as `client_secret_basic`. Default: what `params` and `headers` say about the client. */
  readonly client?: { readonly clientId: string; readonly clientSecret: string } | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default `POST`. */
  readonly method?: string | undefined
  /** For an endpoint whose path ends with `/:id`. */
  readonly id?: string | undefined
  /** Certificate and address of the caller, as an adapter would tell them. Default: none. */
  readonly from?: Pick<HttpRequest, 'clientCertificate' | 'remoteAddress'> | undefined
}

/** What an endpoint has answered. */
export interface EndpointAnswer extends HttpResponse {
  /** The body, where it is a JSON object; empty otherwise. */
  readonly json: Readonly<Record<string, unknown>>
}

/**
 * Calls a registered endpoint by its name, such as `token`, `introspection` or `pushed_authorization_request`. Everything is
 * checked as if the request had come over HTTP.
 *
 * @throws AuthlibError `unknown_endpoint`
 * @example
 * const { status, json } = await callEndpoint(server, 'token', {
 *   client: { clientId: 'job', clientSecret },
 *   params: { grant_type: 'client_credentials', scope: 'reports' },
 * })
 */
export async function callEndpoint(
  server: Pick<Server, 'url'> & { handle(request: HttpRequest): Promise<HttpResponse> },
  endpoint: string,
  { params = {}, client, headers = {}, method = 'POST', id, from }: EndpointCall = {},
): Promise<EndpointAnswer> {
  const body = Params.of(params).toString()
  const isGet = method === 'GET'
  const sent = new Headers({
    ...(client && { authorization: basic(client) }),
    ...(!isGet && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...headers,
  })
  const url = server.url(endpoint, id)
  const response = await server.handle({
    ...from,
    method,
    url: isGet && body !== '' ? `${url}?${body}` : url,
    headers: sent,
    text: () => Promise.resolve(isGet ? '' : body),
  })
  const type = response.headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  return { ...response, json: type.startsWith('application/json') ? parseJsonObject(response.body) : {} }
}

/** RFC 6749 §2.3.1 */
function basic({ clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string }): string {
  return `Basic ${btoa(`${encodeFormValue(clientId)}:${encodeFormValue(clientSecret)}`)}`
}
