/** From a request to the endpoint that answers it: its path, what HTTP wants of it, and scripts of other origins. */

import { AuthlibError, type HttpHeader, type HttpRequest, type HttpResponse } from '@authlib/core'
import { corsHeaders, preflightResponse, requestPath, wellKnownPath } from '@authlib/core/kit'
import { OAuth2Error } from '../../errors.ts'
import type { Endpoint } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { endpointPath } from './environment.ts'
import type { AuthorizationServerOptions } from './options.ts'
import { notedClient, reasonOf } from '../refusals.ts'
import type { Registry } from './registry.ts'

/** Endpoints by their path; one whose path ends with `/:id` by what stands before it. */
export interface RouteTable {
  readonly exact: ReadonlyMap<string, Endpoint>
  readonly withId: ReadonlyMap<string, Endpoint>
}

/** Of the endpoints that are mounted. @throws AuthlibError `duplicate_path` */
export function createRouteTable(server: Server, registry: Registry, options: AuthorizationServerOptions): RouteTable {
  registry.freeze()
  const exact = new Map<string, Endpoint>()
  const withId = new Map<string, Endpoint>()
  for (const endpoint of registry.byKind.endpoint.values()) {
    if (endpoint.mounted?.(server) === false) continue
    const path = endpointPath(options, endpoint)
    const parent = /^(.*)\/:\w+$/.exec(path)?.[1]
    const [table, key] = parent === undefined ? [exact, path] : [withId, parent]
    if (table.has(key))
      throw new AuthlibError('duplicate_path', `Two endpoints have the path ${path}`, { reason: path })
    table.set(key, endpoint)
  }
  for (const endpoint of [...exact.values()]) {
    for (const alias of aliasesOf(options, endpoint)) if (!exact.has(alias)) exact.set(alias, endpoint)
  }
  return { exact, withId }
}

/** Where clients look for a well-known document besides: at its other placement, and with a slash at the end. */
function aliasesOf({ issuer, paths }: AuthorizationServerOptions, { name, path }: Endpoint): readonly string[] {
  if (typeof path === 'string' || paths?.[name] !== undefined) return []
  const { wellKnown, placement } = path
  const other = wellKnownPath(issuer, wellKnown, placement === 'insert' ? 'append' : 'insert')
  return [other, `${wellKnownPath(issuer, wellKnown, placement)}/`, `${other}/`]
}

export function serve(
  server: Server,
  registry: Registry,
  { exact, withId }: RouteTable,
  request: HttpRequest,
): Promise<HttpResponse> {
  const path = requestPath(request)
  const found = exact.get(path)
  if (found) return answer(server, registry, found, request)
  const end = path.lastIndexOf('/')
  const parent = withId.get(path.slice(0, end))
  const id = parent && decoded(path.slice(end + 1))
  if (parent && id !== undefined) return answer(server, registry, parent, request, id)
  return Promise.resolve({ status: 404, headers: [['content-type', 'text/plain']], body: 'Not found' })
}

/** As `Allow` lists them. RFC 9110 §10.2.1 */
export function allowedMethods({ methods, cors }: Endpoint): readonly string[] {
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), ...(cors ? ['OPTIONS'] : [])]
}

async function answer(
  server: Server,
  registry: Registry,
  endpoint: Endpoint,
  request: HttpRequest,
  id?: string,
): Promise<HttpResponse> {
  const { method } = request
  if (method === 'OPTIONS' && endpoint.cors) return preflightResponse(endpoint.methods)
  const served = endpoint.methods.includes(method) || (method === 'HEAD' && endpoint.methods.includes('GET'))
  if (!served) return withCors(endpoint, methodNotAllowed(endpoint))
  let response: HttpResponse
  try {
    response = await endpoint.handle(request, server, id)
  } catch (error) {
    response = await refusal(server, endpoint, request, error)
  }
  const adds = endpoint.direct === true && registry.moments.responseHeaders.length > 0
  const headers = adds ? await withAdded(response.headers, server, registry, endpoint, request) : response.headers
  const body = method === 'HEAD' ? '' : response.body
  return withCors(endpoint, { status: response.status, headers, body })
}

function refusal(server: Server, { name }: Endpoint, request: HttpRequest, error: unknown): Promise<HttpResponse> {
  // What the token endpoint and the authorization endpoint refuse are events of their own.
  if (error instanceof OAuth2Error && error.status < 500 && name !== 'token') {
    server.emit({
      type: 'request.refused',
      at: server.clock(),
      endpoint: name,
      clientId: notedClient(request),
      error: error.code,
      reason: reasonOf(error),
    })
  }
  return server.respond(error)
}

/** With what extensions say in every answer, errors too, such as a fresh nonce. It replaces a header of the same name. */
async function withAdded(
  headers: readonly HttpHeader[],
  server: Server,
  registry: Registry,
  endpoint: Endpoint,
  request: HttpRequest,
): Promise<readonly HttpHeader[]> {
  const added: HttpHeader[] = []
  for (const headersOf of registry.moments.responseHeaders) {
    added.push(...((await headersOf(server, endpoint.name, request)) ?? []))
  }
  const names = new Set(added.map(([name]) => name))
  return [...headers.filter(([name]) => !names.has(name)), ...added]
}

function withCors({ cors }: Endpoint, response: HttpResponse): HttpResponse {
  if (!cors) return response
  const { status, headers, body } = response
  return { status, headers: headers.concat(corsHeaders), body }
}

function methodNotAllowed(endpoint: Endpoint): HttpResponse {
  return { status: 405, headers: [['allow', allowedMethods(endpoint).join(', ')]], body: '' }
}

/** Undefined for an empty segment, and for one that is not percent-encoded UTF-8. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment) || undefined
  } catch {
    return undefined
  }
}
