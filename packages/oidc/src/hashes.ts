/**
 * The hashes by which an ID Token vouches for what came with it: `at_hash`, `c_hash`.
 *
 * @spec OpenID Connect Core 1.0 §3.1.3.6 §3.3.2.11
 */

import { encodeBase64url, encodeUtf8, sha256 } from '@authlib/core/kit'
import { findJwsRow, JoseError, type JwsRow } from '@authlib/jose'

/**
 * The left half of the hash of `value`, by the hash of the signature algorithm of the ID Token. For `EdDSA` the curve of
 * the key decides: Ed448 goes with SHAKE256, as ML-DSA does, which not every runtime has.
 *
 * @throws JoseError `unsupported_algorithm` for an algorithm without such a hash, or one that is missing here
 */
export async function halfHash(value: string, alg: string, crv?: string): Promise<string> {
  const row = findJwsRow(alg, crv)
  if (row === null) throw new JoseError('unsupported_algorithm', 'No hash is defined for this algorithm')
  const bytes = encodeUtf8(value)
  const digest = row.hash === 'SHA-256' ? await sha256(bytes) : await webDigest(row, bytes)
  return encodeBase64url(digest.subarray(0, digest.length / 2))
}

async function webDigest({ hash, hashLength = 0 }: JwsRow, bytes: Uint8Array): Promise<Uint8Array> {
  // cSHAKE without names is SHAKE (SP 800-185 §3.3).
  const algorithm = hash === 'SHAKE256' ? { name: 'cSHAKE256', outputLength: hashLength * 8 } : hash
  try {
    return new Uint8Array(await crypto.subtle.digest(algorithm, bytes as BufferSource)) // sound: never shared memory
  } catch (cause) {
    throw new JoseError('unsupported_algorithm', 'This runtime lacks the hash of the algorithm', {
      reason: hash,
      cause,
    })
  }
}
