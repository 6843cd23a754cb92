/** Responses over Fastify. */

import type { HttpResponse } from '@authlib/core'
import { headerMerge } from '@authlib/core/kit'
import type { FastifyReply } from 'fastify'

/** Through `reply`, so that the `onSend` hooks of the application run. */
export function respond(reply: FastifyReply, { status, headers, body }: HttpResponse): FastifyReply {
  const seen = new Set<string>()
  for (const [name, value] of headers) {
    const merge = headerMerge(name)
    if (merge === 'append' || seen.has(name)) append(reply, name, value)
    else if (merge === 'replace' || !reply.hasHeader(name)) reply.header(name, value)
    seen.add(name)
  }
  return reply.code(status).send(body === '' ? undefined : body)
}

/** Adds a header to those of its name, also of the message below, where Connect-style middleware sets them. */
export function append(reply: FastifyReply, name: string, value: string): void {
  const before = reply.getHeader(name)
  if (before === undefined) reply.header(name, value)
  else if (name !== 'set-cookie') reply.header(name, `${String(before)}, ${value}`)
  else reply.removeHeader(name).header(name, [...[before].flat().map(String), value])
}
