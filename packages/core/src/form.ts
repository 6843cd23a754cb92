/** Reading what a request carries. Nothing of the origin is looked at: it is configuration, not input. */

import { readBytes } from './body.ts'
import { decodeUtf8 } from './encoding.ts'
import { AuthlibError } from './errors.ts'
import type { HttpRequest } from './http.ts'
import { Params, type ParamsOptions } from './params.ts'

const FORM = 'application/x-www-form-urlencoded'
/** With any parameters, but in no other charset. */
const FORM_TYPE = /^\s*application\/x-www-form-urlencoded\s*(?:;(?:\s*charset=("?)utf-8\1\s*|(?!\s*charset\b)[^;]*))*$/i

/** The form in the body. Throws `unsupported_media_type` (415) for any other content, `invalid_request` (400). */
export async function readForm(request: HttpRequest, options?: ParamsOptions): Promise<Params> {
  return Params.parse(await formText(request), options)
}

/** The form as it was sent. Throws `unsupported_media_type` (415) for any other content. */
export function formText(request: HttpRequest): Promise<string> {
  const { headers } = request
  const isPlain = /^identity$/i.test(headers.get('content-encoding') ?? 'identity')
  if (!isPlain || !FORM_TYPE.test(headers.get('content-type') ?? '')) {
    throw new AuthlibError('unsupported_media_type', `The body must be ${FORM}`, { status: 415 })
  }
  return request.text()
}

/** The query of the URL. Throws `invalid_request` (400). */
export function readQuery({ url }: Pick<HttpRequest, 'url'>, options?: ParamsOptions): Params {
  return Params.parse(/^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? '', options)
}

/**
 * The path of the request target as it was sent: not decoded, not normalised, compared exactly. Empty, which matches no
 * route, for a target that parsers read differently: one with a `#`, or in absolute form without a plain http(s)
 * authority. RFC 9112 §3.2.
 */
export function requestPath({ url }: Pick<HttpRequest, 'url'>): string {
  if (url.includes('#')) return ''
  const query = url.indexOf('?')
  const target = query === -1 ? url : url.slice(0, query)
  if (target.startsWith('/')) return target
  const origin = ORIGIN.exec(target)?.[0]
  return origin === undefined ? '' : target.slice(origin.length) || '/'
}

/** Scheme, host and port, without user information. */
const ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?=\/|$)/i

export interface FromRequestOptions {
  /** Most bytes of the body. Default 65,536. */
  readonly maxBody?: number | undefined
  /** Reads a copy of the body, so that a handler can read it after us. Default false. */
  readonly keepBody?: boolean | undefined
}

/**
 * A Web `Request` whose `text()` has a limit and may be called again, on every view of the same request. It throws
 * `payload_too_large` (413), and `invalid_encoding` (400) when the body is not UTF-8.
 */
export function fromRequest(
  request: Request,
  { maxBody = 65_536, keepBody = false }: FromRequestOptions = {},
): HttpRequest {
  const { method, url, headers } = request
  const bytes = (): Promise<Uint8Array> => {
    let body = bodies.get(request)
    if (body === undefined) bodies.set(request, (body = readBody(request, maxBody, keepBody)))
    return body
  }
  return { method, url, headers, bytes, text: async () => decodeUtf8(await bytes()) }
}

/** Bodies that were read, for every view of a request. */
const bodies = new WeakMap<Request, Promise<Uint8Array>>()

/** What adapters throw for a body over their limit, so that it is one error everywhere. */
export function payloadTooLarge(): AuthlibError {
  return new AuthlibError('payload_too_large', 'The body is too large', { status: 413 })
}

async function readBody(request: Request, maxBody: number, keepBody: boolean): Promise<Uint8Array> {
  if (request.bodyUsed) {
    throw new AuthlibError('body_used', 'The body of the request was read before', {
      hint: 'Hand over the request before anything reads its body, or a clone of it.',
    })
  }
  const tooLarge = Number(request.headers.get('content-length')) > maxBody
  const bytes = tooLarge ? null : await readBytes((keepBody ? request.clone() : request).body, maxBody)
  if (bytes === null) throw payloadTooLarge()
  return bytes
}
