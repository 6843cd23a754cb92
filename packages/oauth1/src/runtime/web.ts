/** Every other runtime (workerd, browsers): Web Crypto. */

import { encodeBase64, encodeUtf8 } from '@authlib/core/kit'
import type { Hash } from './runtime.ts'

export async function hmac(hash: Hash, key: string, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', source(encodeUtf8(key)), { name: 'HMAC', hash }, false, [
    'sign',
  ])
  return encodeBase64(new Uint8Array(await crypto.subtle.sign('HMAC', imported, source(encodeUtf8(text)))))
}

export async function digest(hash: Hash, data: Uint8Array): Promise<string> {
  return encodeBase64(new Uint8Array(await crypto.subtle.digest(hash, source(data))))
}

/** The types of Web Crypto refuse memory that may be shared; none of ours is. */
function source(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}
