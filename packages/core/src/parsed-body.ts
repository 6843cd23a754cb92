/** A body that a framework has parsed, as the text it was. */

import { decodeUtf8 } from './encoding.ts'
import { AuthlibError } from './errors.ts'
import { encodeForm } from './params.ts'

/**
 * Writes a parsed body again: strings and bytes as they are, an object as the form or JSON that its content type says.
 *
 * @throws AuthlibError `invalid_request` (400) for form parameters that were nested, `invalid_encoding` (400) for bytes
 * that are not UTF-8, `body_used` (500) when there is nothing to write
 */
export function parsedBody(body: unknown, contentType: string | null | undefined): string {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return decodeUtf8(body)
  if (body instanceof ArrayBuffer) return decodeUtf8(new Uint8Array(body))
  if (body instanceof URLSearchParams) return body.toString()
  if (typeof body !== 'object' || body === null) {
    throw new AuthlibError('body_used', 'The body of the request was read before', {
      hint: 'Mount before the code that reads the body, or let it keep the body in `request.body`.',
    })
  }
  if (!contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded')) return JSON.stringify(body)
  if (!isFlat(body)) throw new AuthlibError('invalid_request', 'The parameters must not be nested', { status: 400 })
  return encodeForm(body)
}

/** Whether each value was sent as a plain string. A list of one can only come from `name[]=`, which is another name. */
function isFlat(body: object): body is Record<string, string | readonly string[]> {
  return Object.values(body).every((value: unknown) => {
    if (Array.isArray(value)) return value.length > 1 && value.every((item) => typeof item === 'string')
    return typeof value === 'string'
  })
}
