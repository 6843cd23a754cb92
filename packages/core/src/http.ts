/** The border between protocols and whatever carries them. */

/** What protocol code reads of a request. Every Web `Request` is one; Node adapters supply a cheaper one. */
export interface HttpRequest {
  readonly method: string
  /** Origin-form or absolute-form. Only path and query are read: the origin is configuration. */
  readonly url: string
  readonly headers: { get(name: string): string | null }
  /** The body. May be called twice on requests of our adapters. */
  text(): Promise<string>
  /**
   * The body as bytes, for a hash over one that is no text. Rejects as `text` does, but not for what is not UTF-8. Our adapters
   * have it; a body that a framework has parsed before is written again, as in `text`.
   */
  readonly bytes?: (() => Promise<Uint8Array>) | undefined
  /** Address of the peer of the connection, where the adapter knows it: of the client, or of the proxy in front. */
  readonly remoteAddress?: string | undefined
  /** From TLS, or from a header of a trusted proxy. RFC 8705. */
  readonly clientCertificate?: ClientCertificate | undefined
}

/** A client certificate as the TLS layer verified it. */
export interface ClientCertificate {
  /** The certificate in DER. */
  readonly der: Uint8Array
  /** Whether a trusted authority issued it; false for a self-signed one. */
  readonly trusted: boolean
}

/** Name, in lower case where we write it, and value. */
export type HttpHeader = readonly [name: string, value: string]

/** A plain answer. `set-cookie` may repeat. */
export interface HttpResponse {
  readonly status: number
  readonly headers: readonly HttpHeader[]
  readonly body: string
}

/** A path that a {@link Mountable} answers, compared exactly. A last segment `/:id` stands for any one that is not empty. */
export interface Route {
  readonly path: string
  readonly methods: readonly string[]
}

/** What an adapter can mount: an authorization server, a logout receiver, a metadata document. */
export interface Mountable {
  readonly routes: readonly Route[]
  handle(request: HttpRequest): Promise<HttpResponse>
}

/** A JSON answer. */
export function jsonResponse(status: number, value: unknown, headers: readonly HttpHeader[] = []): HttpResponse {
  return { status, headers: [JSON_TYPE, ...headers], body: JSON.stringify(value) }
}

const JSON_TYPE: HttpHeader = ['content-type', 'application/json']

/** 303 See Other: a redirect that never repeats a POST. RFC 9700 §4.12. */
export function redirectResponse(location: string, headers: readonly HttpHeader[] = []): HttpResponse {
  return { status: 303, headers: [['location', location], ['cache-control', 'no-store'], ...headers], body: '' }
}

/** The same answer as a Web `Response`. */
export function toResponse({ status, headers, body }: HttpResponse): Response {
  const bodyless = body === '' || status === 204 || status === 304
  // sound: nothing writes to the list, which the type of the platform forgets to say
  return new Response(bodyless ? null : body, { status, headers: headers as [string, string][] })
}
