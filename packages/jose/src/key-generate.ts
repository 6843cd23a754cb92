/** New keys. */

import * as runtime from '#runtime'
import { findJwsRow } from './algorithms.ts'
import { JoseError } from './errors.ts'
import { parseJwk } from './jwk.ts'
import { Key } from './key.ts'
import { jwkThumbprint } from './thumbprint.ts'

export interface GenerateKeyOptions {
  /** Default: the thumbprint (RFC 7638); of a symmetric key none, since that would be a hash of the secret. */
  readonly kid?: string
  /** Bits of an RSA modulus. Default 2048, the least there is (RFC 7518 §3.3). */
  readonly modulusLength?: number
}

/** A private or secret key for one signature algorithm. */
export async function generateKey(alg: string, { kid, modulusLength = 2048 }: GenerateKeyOptions = {}): Promise<Key> {
  const row = findJwsRow(alg)
  if (row === null) throw new JoseError('unsupported_algorithm', 'The algorithm is not known')
  const parsed = parseJwk(await runtime.generateMaterial(row, modulusLength))
  const name = kid ?? (row.kty === 'oct' ? undefined : await jwkThumbprint(parsed.material))
  return new Key({
    material: parsed.material,
    isPrivate: true,
    alg,
    use: 'sig',
    ...(name !== undefined && { kid: name }),
  })
}
