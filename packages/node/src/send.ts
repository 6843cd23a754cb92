/** Responses over node:http. */

import type { HttpResponse } from '@authlib/core'
import { headerMerge, logError } from '@authlib/core/kit'
import { ServerResponse } from 'node:http'

/**
 * Sends the response, unless the request has been answered. What the application has set before stays where the response
 * says nothing else.
 */
export function send(outgoing: ServerResponse, { status, headers, body }: HttpResponse): void {
  if (outgoing.headersSent || outgoing.destroyed) return // someone else has answered, or the client is gone
  const sized = status !== 204 && status !== 304
  if (isUntouched(outgoing)) {
    const list: string[] = []
    for (const header of headers) list.push(header[0], header[1])
    if (sized) list.push('content-length', String(Buffer.byteLength(body)))
    outgoing.writeHead(status, list)
  } else {
    const all = sized ? [...headers, ['content-length', `${Buffer.byteLength(body)}`] as const] : headers
    outgoing.statusCode = status
    const seen = new Set<string>()
    for (const [name, value] of all) {
      const merge = headerMerge(name)
      if (merge === 'append' || seen.has(name)) outgoing.appendHeader(name, value)
      else if (merge === 'replace' || !outgoing.hasHeader(name)) outgoing.setHeader(name, value)
      seen.add(name)
    }
  }
  outgoing.end(body)
}

/** As {@link send}, for promises that no one awaits: when middleware that watches the response fails, the connection ends. */
export function deliver(
  outgoing: ServerResponse,
  response: HttpResponse,
  onError: (error: unknown) => void = logError,
): void {
  try {
    send(outgoing, response)
  } catch (error) {
    onError(error)
    outgoing.destroy()
  }
}

/** Nothing to merge with, and no middleware that watches `writeHead` (older ones garble a list of headers, CVE-2025-7339). */
function isUntouched(outgoing: ServerResponse): boolean {
  return outgoing.writeHead === ServerResponse.prototype.writeHead && outgoing.getHeaderNames().length === 0
}
