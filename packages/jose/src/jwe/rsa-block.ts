/** What is encrypted with RSA, as long as its modulus. */

import { base64urlLength } from '../shared/base64url-length.ts'
import { invalidHeader } from '../jws/header.ts'
import type { Key } from '../keys/key.ts'

/** RFC 8017 §7.1.2, §7.2.2, step 1: libraries add zeros that are missing, and one token would have two forms. */
export function checkBlock(key: Key, { length }: { readonly length: number }): void {
  if (length !== base64urlLength(key.publicJwk().n ?? ''))
    throw invalidHeader('a block of another length than the modulus')
}
