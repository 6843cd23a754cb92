/** Disclosures: claims that a holder may show or keep back. RFC 9901 §4.2 */

import { encodeBase64url, parseJson, sha256Base64url } from '@authlib/core/kit'
import { decodeText, encodeText } from '#runtime'
import { invalidSdJwt } from './errors.ts'

/** Where a claim is: names of members and indices of elements. */
export type ClaimPath = readonly (string | number)[]

export interface Disclosure {
  /** As it travels. */
  readonly encoded: string
  readonly digest: string
  /** Absent: an element of an array. */
  readonly name?: string
  readonly value: unknown
}

/** A new disclosure under a fresh salt of 128 bits. RFC 9901 §9.3 */
export async function createDisclosure(salt: Uint8Array, value: unknown, name?: string): Promise<Disclosure> {
  const parts = name === undefined ? [encodeBase64url(salt), value] : [encodeBase64url(salt), name, value]
  const encoded = encodeText(JSON.stringify(parts))
  return { encoded, digest: await sha256Base64url(encoded), value, ...(name !== undefined && { name }) }
}

/** Reads one that was received. Throws `decode_error`. */
export async function readDisclosure(encoded: string): Promise<Disclosure> {
  const parts = decode(encoded)
  if (!Array.isArray(parts) || typeof parts[0] !== 'string') throw invalidSdJwt('a disclosure is no array with a salt')
  const digest = await sha256Base64url(encoded)
  if (parts.length === 2) return { encoded, digest, value: parts[1] as unknown }
  const [, name, value] = parts as unknown[]
  if (parts.length !== 3 || typeof name !== 'string') throw invalidSdJwt('a disclosure has the wrong members')
  if (name === '_sd' || name === '...') throw invalidSdJwt('a disclosure of a reserved name') // RFC 9901 §7.1 step 3
  return { encoded, digest, name, value }
}

function decode(encoded: string): unknown {
  try {
    return parseJson(decodeText(encoded))
  } catch (cause) {
    throw invalidSdJwt('a disclosure is not JSON in base64url', cause)
  }
}
