/** The parts of an SD-JWT between tildes. RFC 9901 §4 */

import { JoseError } from '../errors.ts'
import { type Disclosure, readDisclosure } from './disclosure.ts'
import { invalidSdJwt } from './errors.ts'

export interface SdJwtParts {
  /** What the issuer signed. */
  readonly token: string
  readonly disclosures: readonly Disclosure[]
  /** What the holder signed, or null. */
  readonly keyBinding: string | null
  /** Everything before the key binding: what `sd_hash` is about. */
  readonly bound: string
}

export const MAX_SIZE = 131_072 // characters
const MAX_DISCLOSURES = 256

/** Throws `decode_error` or `exceeded_size`. */
export async function splitSdJwt(text: string, maxSize: number = MAX_SIZE): Promise<SdJwtParts> {
  if (typeof text !== 'string') throw invalidSdJwt('no text')
  if (text.length > maxSize) throw new JoseError('exceeded_size', 'The SD-JWT is too large')
  const last = text.lastIndexOf('~')
  if (last < 0) throw invalidSdJwt('no tilde')
  const [token = '', ...encoded] = text.slice(0, last).split('~')
  if (encoded.length > MAX_DISCLOSURES) throw new JoseError('exceeded_size', 'There are too many disclosures')
  const disclosures = await Promise.all(encoded.map(readDisclosure))
  const digests = new Set(disclosures.map(({ digest }) => digest))
  if (digests.size !== disclosures.length) throw invalidSdJwt('a disclosure is there twice')
  return { token, disclosures, keyBinding: text.slice(last + 1) || null, bound: text.slice(0, last + 1) }
}
