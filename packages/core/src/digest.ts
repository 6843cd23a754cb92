/** SHA-256 and what is made of it. Synchronous where the runtime can: awaiting a plain value is nearly free. */

import * as runtime from '#runtime'
import type { Awaitable } from './awaitable.ts'
import type { HmacKey } from './runtime/runtime.ts'

export type { HmacKey } from './runtime/runtime.ts'

/** Text counts as UTF-8. */
export function sha256(data: Uint8Array | string): Awaitable<Uint8Array> {
  return runtime.sha256(data)
}

/** BASE64URL(SHA256(text)), as in code challenges and thumbprints. */
export function sha256Base64url(text: string): Awaitable<string> {
  return runtime.sha256Base64url(text)
}

/** Imports a key once, so that each {@link hmacSha256} is cheap. */
export function importHmacKey(raw: Uint8Array): Awaitable<HmacKey> {
  return runtime.importHmacKey(raw)
}

/** RFC 2104. Text counts as UTF-8. */
export function hmacSha256(key: HmacKey, data: Uint8Array | string): Awaitable<Uint8Array> {
  return key.sign(data)
}

/** `length` bytes for the purpose that `label` names. RFC 5869 without salt; the label is its info. */
export function hkdfSha256(secret: Uint8Array | string, label: string, length: number): Awaitable<Uint8Array> {
  return runtime.hkdfSha256(secret, label, length)
}
