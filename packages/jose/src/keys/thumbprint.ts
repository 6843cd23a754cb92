/** JWK thumbprints, RFC 7638, and their URIs, RFC 9278. */

import { encodeBase64url, encodeUtf8, sha256Base64url } from '@authlib/core/kit'
import type { KeyType } from '../algorithms.ts'
import { invalidKey, type Jwk, keyMembers } from './jwk.ts'

/** Hashes that thumbprints are made with. RFC 9278 §4 */
export type ThumbprintHash = 'SHA-256' | 'SHA-384' | 'SHA-512'

const hashes: readonly ThumbprintHash[] = ['SHA-256', 'SHA-384', 'SHA-512']

/**
 * The hash over the required members only, in base64url: the same for the private and the public half (RFC 7638 §3). With
 * another hash than the default, SHA-256, it is another name for the same key. Rejects with `invalid_key` when a member is missing.
 */
export async function jwkThumbprint(jwk: Jwk, hash: ThumbprintHash = 'SHA-256'): Promise<string> {
  if (!hashes.includes(hash)) throw new TypeError('Thumbprints are made with SHA-256, SHA-384 or SHA-512')
  const { kty } = jwk
  if (!Object.hasOwn(keyMembers, kty)) throw invalidKey('unknown kty')
  const { open, secret } = keyMembers[kty as KeyType] // sound: an own name of the table
  const names = ['kty', ...(kty === 'oct' ? secret : open)].toSorted() // RFC 7638 §3.2, RFC 8037 §2, RFC 9964 §6
  const members = names.map((name): [string, string] => {
    const value = jwk[name]
    if (typeof value !== 'string') throw invalidKey(`${name} is missing or not a string`)
    return [name, value]
  })
  const text = JSON.stringify(Object.fromEntries(members))
  return hash === 'SHA-256' ? sha256Base64url(text) : digest(hash, text)
}

/** The thumbprint as a URI, RFC 9278 §3. */
export async function jwkThumbprintUri(jwk: Jwk, hash: ThumbprintHash = 'SHA-256'): Promise<string> {
  return `urn:ietf:params:oauth:jwk-thumbprint:${hash.toLowerCase()}:${await jwkThumbprint(jwk, hash)}`
}

async function digest(hash: string, text: string): Promise<string> {
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest(hash, new Uint8Array(encodeUtf8(text)))))
}
