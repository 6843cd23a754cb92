/** The border to the cryptography of a runtime. `#runtime` is `node.ts` or `web.ts`. */

import type { Awaitable } from '@authlib/core'
import type { KeyType } from '../algorithms.ts'

/** What is signed: bytes, or a string that stands for its UTF-8 (such as the signing input of a compact token). */
export type SigningInput = string | Uint8Array

/** Signs with one key and one algorithm. The signature is what a token carries: base64url of its JOSE form. */
export type Signer = (input: SigningInput) => Awaitable<string>

/** Checks a signature as a token carries it: strict base64url of exactly the right length. Never throws for a bad one. */
export type Verifier = (input: SigningInput, signature: string) => boolean | Promise<boolean>

/** What kind of key to make. */
export interface NewKey {
  readonly kty: KeyType
  readonly crv?: string
  /** Of an AKP, where it says what the key is. */
  readonly alg?: string
  /** Bits of an RSA modulus, bytes of a secret. */
  readonly length: number
}

/** Hash of RSAES-OAEP, as WebCrypto names it. */
export type OaepHash = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'

/** What is to be encrypted under a content encryption key. */
export interface PlainContent {
  readonly cek: Uint8Array
  readonly iv: Uint8Array
  readonly plaintext: Uint8Array
  /** Authenticated, and not encrypted. */
  readonly aad: Uint8Array
}

/** What has been. */
export interface SealedContent {
  readonly cek: Uint8Array
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
  readonly aad: Uint8Array
}
