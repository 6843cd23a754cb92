/**
 * The hashes by which an ID Token vouches for what came with it: `at_hash`, `c_hash`.
 *
 * @spec OpenID Connect Core 1.0 §3.1.3.6 §3.3.2.11
 */

import { encodeBase64url, encodeUtf8, sha256 } from '@authlib/core'
import { findJwsRow, JoseError } from '@authlib/jose'

/**
 * The left half of the hash of `value`, by the hash of the signature algorithm of the ID Token. For `EdDSA` the curve of
 * the key decides.
 *
 * @throws JoseError `unsupported_algorithm` for an algorithm without such a hash
 */
export async function halfHash(value: string, alg: string, crv?: string): Promise<string> {
  const hash = findJwsRow(alg, crv)?.hash
  if (hash === undefined || hash === 'SHAKE256') {
    throw new JoseError('unsupported_algorithm', 'No hash is defined for this algorithm') // Ed448: the text names none
  }
  const bytes = encodeUtf8(value)
  const digest =
    hash === 'SHA-256' ? await sha256(bytes) : new Uint8Array(await crypto.subtle.digest(hash, bytes as BufferSource)) // sound: never shared memory
  return encodeBase64url(digest.subarray(0, digest.length / 2))
}
