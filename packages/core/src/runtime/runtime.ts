/** What differs between runtimes. `#runtime` in package.json chooses `node.ts` or `web.ts`; one suite holds them equal. */

import type { Awaitable } from '../awaitable.ts'

/** An imported HMAC-SHA-256 key. Opaque: use it through `hmacSha256`. */
export interface HmacKey {
  sign(data: Uint8Array | string): Awaitable<Uint8Array>
}

/** An imported AES-256-GCM key. The tag of 16 bytes stands behind the ciphertext. */
export interface AeadKey {
  seal(iv: Uint8Array, plaintext: Uint8Array | string, context: Uint8Array | string): Awaitable<Uint8Array>
  /** Null when the ciphertext, the IV or the context is not the one that was sealed. */
  open(iv: Uint8Array, sealed: Uint8Array, context: Uint8Array | string): Awaitable<Uint8Array | null>
}

export interface GuardedRequest {
  readonly method: string
  readonly headers: Headers
  readonly body: string | null
  readonly signal: AbortSignal
}

/** Both runtime files export these as functions; text counts as UTF-8. */
export interface Runtime {
  toBase64(bytes: Uint8Array): string
  toBase64url(bytes: Uint8Array): string
  /** Null for what the other direction would not write: foreign characters, wrong padding, stray bits. */
  fromBase64(text: string): Uint8Array | null
  fromBase64url(text: string): Uint8Array | null
  /** The text under canonical base64; null when that is not canonical, or not of UTF-8. */
  textOfBase64(text: string): string | null
  /** In constant time for equal lengths. */
  equal(a: Uint8Array | string, b: Uint8Array | string): boolean
  randomBytes(length: number): Uint8Array
  /** The same as base64url. */
  randomText(length: number): string
  sha256(data: Uint8Array | string): Awaitable<Uint8Array>
  sha256Base64url(data: Uint8Array | string): Awaitable<string>
  importHmacKey(raw: Uint8Array): Awaitable<HmacKey>
  /** RFC 5869 without salt. */
  hkdfSha256(secret: Uint8Array | string, label: Uint8Array | string, length: number): Awaitable<Uint8Array>
  importAeadKey(raw: Uint8Array): Awaitable<AeadKey>
}

/** Of `#outgoing`, which chooses alike: what calls addresses that others chose. Apart, because most programs call none. */
export interface OutgoingRuntime {
  /** The addresses of a host name; none where the runtime does not tell. */
  lookup(hostname: string): Promise<readonly string[]>
  /** Fetches without following redirects, from an allowed address only where the runtime lets us see it. */
  guardedFetch(url: URL, request: GuardedRequest, isAllowed: (address: string) => boolean): Promise<Response>
}
