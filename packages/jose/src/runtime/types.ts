/** The border to the cryptography of a runtime. `#runtime` is `node.ts` or `web.ts`. */

import type { Awaitable } from '@authlib/core'

/** What is signed: bytes, or a text of one byte per character (the signing input of a compact token). */
export type SigningInput = string | Uint8Array

/** Signs with one key and one algorithm. Returns the signature in JOSE form. */
export type Signer = (input: SigningInput) => Awaitable<Uint8Array>

/** Checks a signature of the exact length. Never throws for a bad one. */
export type Verifier = (input: SigningInput, signature: Uint8Array) => boolean | Promise<boolean>
