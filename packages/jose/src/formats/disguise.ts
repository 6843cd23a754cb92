/** Tells a secret from a key of another kind that someone passes for one. RFC 8725 §2.1 */

import { decodeBase64url } from '@authlib/core/kit'
import { jwkFromDer } from './der-import.ts'

/** Altered armour, line ends, a byte order mark, base64 (of a PEM too) or hexadecimal: what was meant as a key stays one. */
export async function looksLikeKey(bytes: Uint8Array): Promise<boolean> {
  const text = textOf(bytes)
  if (isKeyText(text)) return true
  const body = text.replace(/[^\w+/-]/g, '')
  const decoded = [fromBase64(body), fromHex(body)].filter((form) => form !== null)
  if (decoded.some((form) => isKeyText(textOf(form)))) return true
  for (const form of [bytes.subarray(Math.max(bytes.indexOf(0x30), 0)), ...decoded])
    if (await isDerKey(form)) return true
  return false
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes).replaceAll('\0', '') // UTF-16 has them
}

function isKeyText(text: string): boolean {
  return /BEGIN [A-Z ]{0,30}(?:KEY|CERTIFICATE)|["']k(?:ty|eys)["']|(?:^|\s)(?:ssh-|ecdsa-sha2-)/i.test(text)
}

/** Anything may follow, such as a line end. */
async function isDerKey(bytes: Uint8Array): Promise<boolean> {
  try {
    await jwkFromDer(bytes.subarray(0, derLength(bytes)))
    return true
  } catch {
    return false
  }
}

/** Of the first value. */
function derLength(bytes: Uint8Array): number {
  const [tag, first = 0, second = 0, third = 0] = bytes
  if (tag !== 0x30) return 0
  if (first === 0x81) return 3 + second
  return first === 0x82 ? 4 + second * 256 + third : 2 + first
}

function fromBase64(text: string): Uint8Array | null {
  try {
    return decodeBase64url(text.replaceAll('+', '-').replaceAll('/', '_'))
  } catch {
    return null
  }
}

function fromHex(text: string): Uint8Array | null {
  if (!/^[0-9a-f]+$/i.test(text)) return null
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
