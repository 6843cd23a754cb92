/** Tells a secret from a key of another kind that somebody passes for one. RFC 8725 §2.1 */

import { decodeBase64url } from '@authlib/core/kit'
import { jwkFromDer } from './der-import.ts'

/** Altered armour, line ends, a byte order mark, bare base64 or hexadecimal: what was meant as a key stays one. */
export async function looksLikeKey(bytes: Uint8Array): Promise<boolean> {
  const text = new TextDecoder('latin1').decode(bytes).replaceAll('\0', '') // UTF-16 has them
  if (/BEGIN [A-Z ]{0,30}(?:KEY|CERTIFICATE)|["']k(?:ty|eys)["']|(?:^|\s)(?:ssh-|ecdsa-sha2-)/i.test(text)) return true
  const body = text.replace(/[^\w+/-]/g, '')
  const forms = [bytes.subarray(Math.max(bytes.indexOf(0x30), 0)), fromBase64(body), fromHex(body)]
  for (const form of forms) if (form !== null && (await isDerKey(form))) return true
  return false
}

/** A line end may follow. */
async function isDerKey(bytes: Uint8Array): Promise<boolean> {
  if (bytes[0] !== 0x30) return false
  for (const surplus of [0, 1, 2]) {
    try {
      await jwkFromDer(bytes.subarray(0, bytes.length - surplus))
      return true
    } catch {
      continue
    }
  }
  return false
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
