/**
 * Algorithms of encryption as values: the code behind a row of the tables. They are passed in where they are wanted and
 * never registered, so that what no one passes is not loaded, and no part of a program changes what another accepts.
 */

import type { Awaitable } from '@authlib/core'
import type { Curve } from '../algorithms.ts'
import { findJweEncryptionRow, findJweRow, type JweEncryptionRow, type JweRow } from './algorithms.ts'
import type { Jwk } from '../keys/jwk.ts'
import type { Key } from '../keys/key.ts'
import type { PlainContent, SealedContent } from '../runtime/types.ts'

/** Brings the content encryption key to a recipient. */
export interface KeyManagement {
  readonly kind: 'key management'
  readonly row: JweRow
  /** Absent: it is for decryption only. */
  encryptKey?(request: KeyRequest): Awaitable<DeliveredKey>
  /** The content encryption key. What it throws is one `decryption_failed` outside (RFC 7516 §11.5). */
  decryptKey(request: KeyDelivery): Awaitable<Uint8Array>
}

/** For whom a content encryption key is. */
export interface KeyRequest {
  readonly key: Key
  /** Proposed to be used; a direct algorithm has its own. */
  readonly cek: Uint8Array
  readonly encryption: JweEncryptionRow
  /** What is in the header up to now. */
  readonly header: Readonly<Record<string, unknown>>
  /** Of PBES2. */
  readonly iterations: number
  readonly implementations: readonly JweImplementation[]
}

/** How the key comes to the recipient. */
export interface DeliveredKey {
  /** Parameters for the header. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Of a direct algorithm. */
  readonly cek?: Uint8Array
  /** The encrypted key, asked for when the content has been encrypted. Absent for a direct algorithm. */
  encryptedKey?(tag: Uint8Array): Awaitable<Uint8Array>
}

/** What has come to a recipient. */
export interface KeyDelivery {
  readonly key: Key
  readonly encryptedKey: Uint8Array
  readonly tag: Uint8Array
  readonly encryption: JweEncryptionRow
  readonly header: Readonly<Record<string, unknown>>
  readonly implementations: readonly JweImplementation[]
}

/** Encrypts contents, authenticated together with the header. */
export interface ContentEncryption {
  readonly kind: 'content encryption'
  readonly row: JweEncryptionRow
  encrypt(content: PlainContent): Awaitable<{ readonly ciphertext: Uint8Array; readonly tag: Uint8Array }>
  /** Throws when the tag is wrong. */
  decrypt(content: SealedContent): Awaitable<Uint8Array>
}

/** Agreement upon a secret on a curve, for runtimes that lack it. */
export interface KeyAgreement {
  readonly kind: 'key agreement'
  readonly crv: Curve
  generate(): Awaitable<Jwk>
  /** The secret that one's private key and the other's public key have in common. */
  agree(own: Jwk, other: Jwk): Awaitable<Uint8Array>
}

/** What may be passed in for encryption. */
export type JweImplementation = KeyManagement | ContentEncryption | KeyAgreement

/** The row of a key management algorithm, of the table or of what was passed in. */
export function managementRow(alg: string, implementations: readonly JweImplementation[]): JweRow | null {
  const rows = implementations.flatMap((item) => (item.kind === 'key management' ? [item.row] : []))
  return findJweRow(alg) ?? rows.find((row) => row.alg === alg) ?? null
}

/** The row of a content encryption, of the table or of what was passed in. */
export function encryptionRow(enc: string, implementations: readonly JweImplementation[]): JweEncryptionRow | null {
  const rows = implementations.flatMap((item) => (item.kind === 'content encryption' ? [item.row] : []))
  return findJweEncryptionRow(enc) ?? rows.find((row) => row.enc === enc) ?? null
}

/** A name means one thing: none is passed twice, and none is one of the table. */
export function checkImplementations(implementations: readonly JweImplementation[]): void {
  const names = implementations.map(nameOf)
  if (new Set(names).size !== names.length) throw new TypeError('An algorithm is passed twice')
  if (names.some((name) => findJweRow(name) !== null || findJweEncryptionRow(name) !== null))
    throw new TypeError('The library already has an algorithm of this name')
}

function nameOf(item: JweImplementation): string {
  if (item.kind === 'key agreement') return item.crv
  return item.kind === 'key management' ? item.row.alg : item.row.enc
}
