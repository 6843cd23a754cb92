/** Answers over node:http. */

import { type HttpResponse } from '@authlib/core'
import { errorResponse, logError } from '@authlib/core/kit'
import { ServerResponse, validateHeaderValue } from 'node:http'

/** Sends the answer. What the application has set before stays, unless the answer says otherwise. */
export function send(outgoing: ServerResponse, { status, headers, body }: HttpResponse): void {
  if (outgoing.headersSent || outgoing.destroyed) return // answered by somebody else, or nobody is listening
  const all =
    status === 204 || status === 304 ? headers : [...headers, ['content-length', `${Buffer.byteLength(body)}`] as const]
  if (isUntouched(outgoing)) {
    const list: string[] = []
    for (const [name, value] of all) {
      validateHeaderValue(name, value) // Deno writes a list as it is, CR and LF too
      list.push(name, value)
    }
    outgoing.writeHead(status, list)
  } else {
    outgoing.statusCode = status
    const seen = new Set(['set-cookie', 'vary']) // lists that several parties add to
    for (const [name, value] of all) {
      if (seen.has(name)) outgoing.appendHeader(name, value)
      else outgoing.setHeader(name, value)
      seen.add(name)
    }
  }
  outgoing.end(body)
}

/** Nothing to merge with, and no middleware that watches `writeHead` (older ones garble a list of headers, CVE-2025-7339). */
function isUntouched(outgoing: ServerResponse): boolean {
  return outgoing.writeHead === ServerResponse.prototype.writeHead && outgoing.getHeaderNames().length === 0
}

/** As {@link send}, but an answer that HTTP cannot carry becomes a 500 instead of an exception. */
export function deliver(
  outgoing: ServerResponse,
  response: HttpResponse,
  onError: (error: unknown) => void = logError,
): void {
  try {
    send(outgoing, response)
  } catch (error) {
    onError(error)
    if (outgoing.headersSent) return
    for (const [name] of response.headers) outgoing.removeHeader(name)
    send(outgoing, errorResponse(error))
  }
}
