/** New keys. */

import * as runtime from '#runtime'
import type { AlgorithmName } from '../shared/algorithm-name.ts'
import { type Curve, curves, findJwsRow } from '../algorithms.ts'
import { JoseError } from '../errors.ts'
import { agreementCurves } from '../jwe/algorithms.ts'
import { checkImplementations, encryptionRow, type JweImplementation, managementRow } from '../jwe/implementation.ts'
import { parseJwk } from './jwk.ts'
import { Key } from './key.ts'
import { present } from '../shared/pick.ts'
import type { NewKey } from '../runtime/types.ts'
import { keyExtras } from './extras.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'
import { jwkThumbprint } from './thumbprint.ts'
import { withFallback } from '../shared/with-fallback.ts'

export interface GenerateKeyOptions {
  /** Default: the thumbprint (RFC 7638); of a symmetric key none, since that would be a hash of the secret. */
  readonly kid?: string | undefined
  /** Bits of an RSA modulus, at most 16,384. Default 2048, the least there is (RFC 7518 §3.3). */
  readonly modulusLength?: number | undefined
  /** Curve of a key for ECDH-ES. Default `P-256`. */
  readonly crv?: 'P-256' | 'P-384' | 'P-521' | 'X25519' | 'X448' | undefined
  /** Algorithms and curves beyond those of the library and the runtime, such as those of `@authlib/jose/extra`. */
  readonly implementations?: readonly (SignatureAlgorithm | JweImplementation)[] | undefined
}

/**
 * A private or secret key for one algorithm: of a signature, of key management, or, for direct encryption, of content
 * encryption (`A256GCM`). PBES2 takes passwords, which are not generated. Rejects with `unsupported_algorithm` when there
 * is no key to be made for the name, or the runtime cannot make it, and with `invalid_key` when it would be weak; options that
 * are for no key are a `TypeError`.
 *
 * @example
 * const key = await generateKey('ES256', { kid: '2026-11' })
 */
export async function generateKey(
  alg: AlgorithmName,
  { kid, implementations = [], ...options }: GenerateKeyOptions = {},
): Promise<Key> {
  const signatures = implementations.filter((item) => item.kind === 'signature')
  const others = implementations.filter((item) => item.kind !== 'signature')
  const extras = keyExtras(signatures)
  checkImplementations(others)
  const signature = signatures.find(({ row }) => row.alg === alg)
  const agreement = others.find((item) => item.kind === 'key agreement' && item.crv === options.crv)
  const given = signature ?? (agreement?.kind === 'key agreement' ? agreement : undefined)
  const generate = given?.generate?.bind(given)
  const made = await withFallback(() => {
    return runtime.generateMaterial(describe(alg, options, others))
  }, generate)
  const use = signature === undefined && findJwsRow(alg) === null ? 'enc' : 'sig'
  const name = kid ?? (made.kty === 'oct' ? undefined : await jwkThumbprint(made))
  const jwk = parseJwk({ ...made, ...present({ kid: name, use, alg }) }, extras)
  return new Key(jwk, { extras })
}

function describe(
  alg: string,
  { modulusLength = 2048, crv = 'P-256' }: GenerateKeyOptions,
  implementations: readonly JweImplementation[],
): NewKey {
  if (!(Number.isSafeInteger(modulusLength) && modulusLength <= 16_384))
    throw new TypeError('modulusLength is a number of bits, at most 16,384') // what parseJwk accepts
  if (!agreementCurves.includes(crv)) throw new TypeError('crv is no curve for agreement')
  const signature = findJwsRow(alg)
  if (signature !== null) {
    const { kty, signatureLength } = signature
    return {
      kty,
      length: kty === 'RSA' ? modulusLength : signatureLength,
      ...(signature.crv && { crv: signature.crv }),
      ...(kty === 'AKP' && { alg }),
    }
  }
  const encryption = encryptionRow(alg, implementations)
  if (encryption !== null) return { kty: 'oct', length: encryption.keyLength }
  const row = managementRow(alg, implementations)
  if (row?.secretLength !== undefined) return { kty: 'oct', length: row.secretLength }
  if (row?.kty.includes('RSA')) return { kty: 'RSA', length: modulusLength }
  if (row?.kty.includes('EC')) return { kty: curves[crv satisfies Curve].kty, crv, length: 0 }
  throw new JoseError('unsupported_algorithm', 'No key can be generated for this algorithm', {
    hint: 'Name an algorithm such as ES256, not a type of key or a curve',
  })
}
