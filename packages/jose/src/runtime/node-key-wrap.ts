/** AES Key Wrap, RFC 3394, by node:crypto; by WebCrypto where node:crypto lacks it, as in Bun. */

import { createCipheriv, createDecipheriv, createSecretKey, getCiphers } from 'node:crypto'
import type { Awaitable } from '@authlib/core'
import { joinBytes } from '../shared/join-bytes.ts'
import * as subtle from './subtle-key-wrap.ts'

const ciphers = new Set(getCiphers())
const initialValue = Buffer.alloc(8, 0xa6) // RFC 3394 §2.2.3.1

/** The key, encrypted under another one. */
export function wrapKey(wrappingKey: Uint8Array, key: Uint8Array): Awaitable<Uint8Array> {
  if (!ciphers.has(nameFor(wrappingKey))) return subtle.wrapKey(wrappingKey, key)
  const cipher = createCipheriv(nameFor(wrappingKey), createSecretKey(wrappingKey), initialValue)
  return joinBytes(cipher.update(key), cipher.final())
}

/** The key inside. Throws, or rejects, when it was not wrapped under this one. */
export function unwrapKey(wrappingKey: Uint8Array, wrapped: Uint8Array): Awaitable<Uint8Array> {
  if (!ciphers.has(nameFor(wrappingKey))) return subtle.unwrapKey(wrappingKey, wrapped)
  const decipher = createDecipheriv(nameFor(wrappingKey), createSecretKey(wrappingKey), initialValue)
  return joinBytes(decipher.update(wrapped), decipher.final())
}

function nameFor({ length }: Uint8Array): string {
  return `aes${length * 8}-wrap`
}
