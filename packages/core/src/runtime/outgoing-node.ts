/** Node.js, Bun, Deno: requests whose address is checked when the socket connects. */

import * as dns from 'node:dns'
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { AuthlibError } from '../errors.ts'
import { forbiddenAddress } from '../forbidden-address.ts'
import type { GuardedRequest } from './runtime.ts'

export async function lookup(hostname: string): Promise<readonly string[]> {
  const found = await dns.promises.lookup(withoutBrackets(hostname), { all: true })
  return found.map(({ address }) => address)
}

export async function guardedFetch(
  url: URL,
  { method, headers, body, signal }: GuardedRequest,
  isAllowed: (address: string) => boolean,
): Promise<Response> {
  const host = withoutBrackets(url.hostname)
  if (isIP(host) !== 0 && !isAllowed(host)) throw forbiddenAddress() // no look-up happens for an address
  const { request } = url.protocol === 'https:' ? https : http
  const incoming = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request(url, {
      method,
      headers: { ...Object.fromEntries(headers), 'accept-encoding': 'identity' },
      signal,
      agent: false, // a socket that someone else kept alive was never judged
      lookup: guardedLookup(isAllowed),
    })
      .on('response', resolve)
      .on('error', reject)
      .end(body ?? undefined)
  })
  return webResponse(incoming)
}

/** Judges the very addresses that are connected to, so that a name cannot change its mind in between. */
function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) callback(error, '')
      else if (!found.every(({ address }) => isAllowed(address))) callback(forbiddenAddress(), '')
      else if (options.all) callback(null, found)
      else callback(null, found[0]!.address, found[0]!.family)
    })
  }
}

function webResponse(incoming: http.IncomingMessage): Response {
  if ((incoming.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new AuthlibError('network_error', 'The server sent an encoding that was not requested', { status: 502 })
  }
  const { rawHeaders } = incoming
  const headers = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i]!, rawHeaders[i + 1]!)
  const status = incoming.statusCode!
  // The types of node:stream/web and of the Web library describe the same object.
  const body = Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array>
  return new Response([204, 205, 304].includes(status) ? null : body, { status, headers })
}

/** Brackets belong to the URL, not to the IPv6 address. */
function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
