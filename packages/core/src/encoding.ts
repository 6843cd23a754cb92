/** Strict text encodings: what has two spellings is refused, because a token must have one. RFC 4648 §3.5. */

import { fromBase64, fromBase64url, textOfBase64, toBase64, toBase64url } from '#runtime'
import { AuthlibError } from './errors.ts'

/** Without padding. RFC 7515 §2. */
export function encodeBase64url(bytes: Uint8Array): string {
  return toBase64url(bytes)
}

/** Only what {@link encodeBase64url} writes. Throws `invalid_encoding` (400). */
export function decodeBase64url(text: string): Uint8Array {
  const bytes = decodeBase64urlOrNull(text)
  if (bytes === null) throw notCanonical()
  return bytes
}

/** As {@link decodeBase64url}; null where that throws. */
export function decodeBase64urlOrNull(text: string): Uint8Array | null {
  return fromBase64url(text)
}

/** With padding. RFC 4648 §4. */
export function encodeBase64(bytes: Uint8Array): string {
  return toBase64(bytes)
}

/** Only what {@link encodeBase64} writes. Throws `invalid_encoding` (400). */
export function decodeBase64(text: string): Uint8Array {
  const bytes = fromBase64(text)
  if (bytes === null) throw notCanonical()
  return bytes
}

/** The text whose UTF-8 was encoded; null when it is not what {@link encodeBase64} writes, or not UTF-8. */
export function decodeBase64TextOrNull(text: string): string | null {
  return textOfBase64(text)
}

const utf8Encoder = /* @__PURE__ */ new TextEncoder()
const utf8Decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The bytes of a string. */
export function encodeUtf8(text: string): Uint8Array {
  return utf8Encoder.encode(text)
}

/** A byte order mark stays a character. Throws `invalid_encoding` (400) when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes)
  } catch {
    throw invalidEncoding('The bytes are not UTF-8')
  }
}

function notCanonical(): AuthlibError {
  return invalidEncoding('The string is not base64, or not in canonical form')
}

function invalidEncoding(message: string): AuthlibError {
  return new AuthlibError('invalid_encoding', message, { status: 400 })
}
