/** The payload of a JWS on its way into a signature: encoded, unencoded (RFC 7797), inline or detached. */

import { decodeBase64url, encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { JoseError } from '../errors.ts'
import { decodeError, type JwsHeader } from './header.ts'
import type { SigningInput } from '../runtime/types.ts'

/** Bytes, or a string that stands for its UTF-8. */
export type Content = Uint8Array | string

/** What is signed in place of the payload: base64url, or the payload itself. */
export function encodeContent(payload: Content, unencoded: boolean): Content {
  if (unencoded) return payload
  return encodeBase64url(typeof payload === 'string' ? encodeUtf8(payload) : payload)
}

/** The signing input: header, dot, content. RFC 7515 §5.1, RFC 7797 §3 */
export function contentInput(encodedHeader: string, content: Content): SigningInput {
  if (typeof content === 'string' && isAscii(content)) return `${encodedHeader}.${content}`
  const start = encodeUtf8(`${encodedHeader}.`)
  const bytes = typeof content === 'string' ? encodeUtf8(content) : content
  const input = new Uint8Array(start.length + bytes.length)
  input.set(start)
  input.set(bytes, start.length)
  return input
}

/** The payload that was signed. */
export function contentBytes(content: Content, unencoded: boolean): Uint8Array {
  if (typeof content !== 'string') return content
  if (unencoded) return encodeUtf8(content)
  try {
    return decodeBase64url(content)
  } catch (cause) {
    throw decodeError('the payload is not base64url', cause)
  }
}

/** A detached payload in place of one in the token. RFC 7515 Appendix F */
export function detachedContent(
  inToken: string | undefined,
  payload: Content,
  unencoded: boolean,
  maxSize: number,
): Content {
  if (inToken !== undefined && inToken !== '') throw decodeError('a detached payload, and another one in the token')
  if (payload.length > maxSize) throw new JoseError('exceeded_size', 'The payload is too large')
  return encodeContent(payload, unencoded)
}

/** Whether an unencoded payload may stand inside a compact token: printable ASCII without the dot. RFC 7797 §5.2 */
export function isInline(text: string): boolean {
  return /^[\x20-\x2d\x2f-\x7e]*$/.test(text)
}

/** The header of a signature over an unencoded payload. RFC 7797 §6 */
export function withoutEncoding(header: Partial<JwsHeader> = {}): Partial<JwsHeader> {
  return { ...header, b64: false, crit: [...(header.crit ?? []), 'b64'] }
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text) // eslint-disable-line no-control-regex -- the whole of ASCII is meant
}
