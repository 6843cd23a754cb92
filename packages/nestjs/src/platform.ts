/** Requests and responses of the platforms of Nest: Express and Fastify. */

import type { HttpHeader, HttpRequest, HttpResponse } from '@authlib/core'
import { headerMerge } from '@authlib/core/kit'
import { nodeRequest, type NodeRequestOptions } from '@authlib/node'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** `Request` of Express, or `FastifyRequest`, which keeps the message apart. */
export type PlatformRequest = IncomingMessage | { readonly raw: IncomingMessage; readonly body?: unknown }

/** `Response` of Express, or `FastifyReply`. */
export type PlatformResponse = ServerResponse | PlatformReply

interface PlatformReply {
  readonly raw: ServerResponse
  readonly request: Exclude<PlatformRequest, IncomingMessage>
  code(status: number): PlatformReply
  send(body?: string): unknown
  header(name: string, value: string | string[]): unknown
  removeHeader(name: string): PlatformReply
  getHeader(name: string): string | number | string[] | undefined
}

/** The message below a request of either platform. */
export function messageOf(request: PlatformRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request
}

/** With the body that the platform has parsed. */
export function platformRequest(request: PlatformRequest, options?: NodeRequestOptions): HttpRequest {
  if (!('raw' in request)) return nodeRequest(request, options)
  return nodeRequest(request.raw, { ...options, body: request.body ?? undefined })
}

/** Sends the response by the means of the platform. */
export function respond(response: PlatformResponse, { status, headers, body }: HttpResponse): void {
  addHeaders(response, headers)
  if ('raw' in response) {
    response.code(status).send(body === '' ? undefined : body)
    return
  }
  response.statusCode = status
  response.end(body)
}

/** Adds to what the application has set. */
export function addHeaders(response: PlatformResponse, headers: readonly HttpHeader[]): void {
  const seen = new Set<string>()
  for (const [name, value] of headers) {
    const merge = seen.has(name) ? 'append' : headerMerge(name)
    if (merge === 'append') append(response, name, value)
    else if (merge === 'replace' || response.getHeader(name) === undefined) replace(response, name, value)
    seen.add(name)
  }
}

function append(response: PlatformResponse, name: string, value: string): void {
  if (!('raw' in response)) {
    response.appendHeader(name, value)
    return
  }
  const before = response.getHeader(name) // of the message below too, where middleware sets headers
  if (before === undefined) response.header(name, value)
  else if (name !== 'set-cookie') response.header(name, `${String(before)}, ${value}`)
  else response.removeHeader(name).header(name, [...[before].flat().map(String), value])
}

function replace(response: PlatformResponse, name: string, value: string): void {
  if ('raw' in response) response.header(name, value)
  else response.setHeader(name, value)
}
