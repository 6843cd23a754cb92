/** Node.js, Bun, Deno: synchronous `node:crypto`. */

import { recentMap } from '@authlib/core/kit'
import { createHmac, createSecretKey, hash as digestOf, type KeyObject } from 'node:crypto'
import type { Hash } from './runtime.ts'

const NAMES: Readonly<Record<Hash, string>> = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-512': 'sha512' }

/** A KeyObject per secret pair: Node.js pays several times as much for a key that comes as a string. */
const keys = recentMap<KeyObject>(1000)

export function hmac(hash: Hash, key: string, text: string): string {
  return createHmac(NAMES[hash], keyObject(key)).update(text).digest('base64')
}

export function digest(hash: Hash, data: Uint8Array): string {
  return digestOf(NAMES[hash], data, 'base64')
}

function keyObject(key: string): KeyObject {
  const known = keys.get(key)
  if (known !== undefined) return known
  const made = createSecretKey(key, 'utf8')
  keys.set(key, made)
  return made
}
