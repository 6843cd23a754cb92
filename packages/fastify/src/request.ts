/** A request of Fastify as protocol code reads it. */

import type { HttpRequest } from '@authlib/core'
import { nodeRequest, type NodeRequestOptions } from '@authlib/node'
import type { FastifyRequest } from 'fastify'

/** With the body that a content type parser has made, where there is one. */
export function fastifyRequest({ raw, body }: FastifyRequest, options?: NodeRequestOptions): HttpRequest {
  return nodeRequest(raw, { ...options, body: body ?? undefined })
}
