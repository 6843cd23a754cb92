/** An `HttpRequest` over node:http without Web objects, which would cost more than everything else on the way. */

import type { ClientCertificate, HttpRequest } from '@authlib/core'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { readBody, readBytes, type BodyReading } from './body.ts'

export interface NodeRequestOptions {
  /** Most bytes of a body. Default 65,536. A larger one is refused with `payload_too_large` (413). */
  readonly maxBody?: number | undefined
  /**
   * Finds the certificate of the client where a proxy ends TLS: in a header that only the proxy can set. Default: the
   * certificate of the TLS connection (Bun does not provide it).
   */
  readonly clientCertificate?: ((incoming: IncomingMessage) => ClientCertificate | undefined) | undefined
}

/** What a framework knows better than the message. */
export interface NodeRequestFacts {
  /** The request target as it was sent. Default: `originalUrl` of the message, where there is one, or `url`. */
  readonly url?: string | undefined
  /** The body as a parser of the framework left it. Default: `rawBody` or `body` of the message, once it was read. */
  readonly body?: unknown
  /** Nothing behind us reads the body: it need not be put back, which costs as much as reading it. Default false. */
  readonly consume?: boolean | undefined
}

/** The request as protocol code reads it. `text()` may be called again, also on a second view of the same message. */
export function nodeRequest(
  incoming: IncomingMessage,
  {
    maxBody = 65_536,
    clientCertificate = peerCertificate,
    url,
    body,
    consume = false,
  }: NodeRequestOptions & NodeRequestFacts = {},
): HttpRequest {
  return new NodeRequest(incoming, url ?? wholeUrl(incoming), { maxBody, body, consume }, clientCertificate)
}

/** A class, because one shape is several times cheaper than a literal with closures and a getter. */
class NodeRequest implements HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: NodeHeaders
  readonly #incoming: IncomingMessage
  readonly #reading: BodyReading
  readonly #clientCertificate: NonNullable<NodeRequestOptions['clientCertificate']>

  constructor(
    incoming: IncomingMessage,
    url: string,
    reading: BodyReading,
    clientCertificate: NonNullable<NodeRequestOptions['clientCertificate']>,
  ) {
    this.method = incoming.method ?? 'GET'
    this.url = url
    this.headers = new NodeHeaders(incoming)
    this.#incoming = incoming
    this.#reading = reading
    this.#clientCertificate = clientCertificate
  }

  text(): Promise<string> {
    return readBody(this.#incoming, this.#reading)
  }

  bytes(): Promise<Uint8Array> {
    return readBytes(this.#incoming, this.#reading)
  }

  get remoteAddress(): string | undefined {
    return this.#incoming.socket.remoteAddress
  }

  get clientCertificate(): ClientCertificate | undefined {
    return this.#clientCertificate(this.#incoming)
  }
}

class NodeHeaders {
  readonly #incoming: IncomingMessage

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming
  }

  get(name: string): string | null {
    return readHeader(this.#incoming, name.toLowerCase())
  }
}

/** Connect and Express cut the path they mount below off `url`, and keep the whole one. */
function wholeUrl(incoming: IncomingMessage & { originalUrl?: string }): string {
  return incoming.originalUrl ?? incoming.url ?? '/'
}

/** Node keeps only the first of these. Joined, as a Web `Headers` does it, an ambiguous request stays visible. */
const KEPT_ONCE: ReadonlySet<string> = new Set(['authorization', 'content-type'])

function readHeader({ headers, rawHeaders }: IncomingMessage, name: string): string | null {
  if (!Object.hasOwn(headers, name)) return null
  const value = headers[name]
  if (Array.isArray(value)) return value.join(', ')
  return (KEPT_ONCE.has(name) ? repeated(rawHeaders, name) : undefined) ?? value ?? null
}

function repeated(rawHeaders: readonly string[], name: string): string | undefined {
  let joined = ''
  let times = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index]!
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue
    joined = times++ === 0 ? rawHeaders[index + 1]! : `${joined}, ${rawHeaders[index + 1]!}`
  }
  return times > 1 ? joined : undefined
}

/** Node has verified that the client holds the key (RFC 5246 §7.4.8); `authorized` says whether it trusts the issuer. */
function peerCertificate({ socket }: IncomingMessage): ClientCertificate | undefined {
  if (!('getPeerX509Certificate' in socket)) return undefined
  const tls = socket as TLSSocket // sound: only TLS sockets have the method
  const certificate = tls.getPeerX509Certificate()
  return certificate && { der: certificate.raw, trusted: tls.authorized }
}
