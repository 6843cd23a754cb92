/**
 * HMAC signatures. RFC 5849 defines SHA-1; the other two are what servers of today ask for.
 *
 * @spec RFC 5849 §3.4.2
 * @spec RFC 2104
 */

import * as runtime from '#runtime'
import type { Hash } from './runtime/runtime.ts'
import { secretKey, symmetricMethod, type SignatureMethod } from './signature-method.ts'

/** What every provider understands. SHA-1 inside an HMAC is not broken. */
export const hmacSha1: SignatureMethod = /* @__PURE__ */ hmacMethod('HMAC-SHA1', 'SHA-1')

/** Preferred where the provider has it. */
export const hmacSha256: SignatureMethod = /* @__PURE__ */ hmacMethod('HMAC-SHA256', 'SHA-256')

/** Where a provider asks for it. */
export const hmacSha512: SignatureMethod = /* @__PURE__ */ hmacMethod('HMAC-SHA512', 'SHA-512')

function hmacMethod(name: string, hash: Hash): SignatureMethod {
  return symmetricMethod({
    name,
    hash,
    sign: (baseString, secrets) => runtime.hmac(hash, secretKey(secrets), baseString),
  })
}
