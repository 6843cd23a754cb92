/** Signature algorithms as values: a row, and the code behind it. They are given where keys are made. */

import { type Awaitable } from '@authlib/core'
import { decodeBase64url, encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { prepareSigner, prepareVerifier } from '#runtime'
import { findJwsRow, type JwsRow } from '../algorithms.ts'
import { base64urlLength } from '../shared/base64url-length.ts'
import type { Jwk } from './jwk.ts'
import type { Signer, SigningInput, Verifier } from '../runtime/types.ts'
import { withFallback } from '../shared/with-fallback.ts'

/** Made by {@link signatureAlgorithm}. */
export interface SignatureAlgorithm {
  readonly kind: 'signature'
  readonly row: JwsRow
  readonly code: SignatureCode
  /** Whether it is the code behind that row too. */
  serves(row: JwsRow): boolean
  /** By the runtime, as long as it has the algorithm. */
  prepareSigner(row: JwsRow, material: Jwk): Awaitable<Signer>
  prepareVerifier(row: JwsRow, material: Jwk): Awaitable<Verifier>
  /** Absent: keys for it come from elsewhere. */
  generate?(): Awaitable<Jwk>
}

/** The code behind a row. Keys come as JWK, their members checked; bytes in and out. */
export interface SignatureCode {
  /** Of the family `custom`; or the very row of the table, for a runtime that lacks its algorithm. */
  readonly row: JwsRow
  prepareSigner(material: Jwk): Awaitable<(input: Uint8Array) => Awaitable<Uint8Array>>
  /** The signature has the length that the row says. */
  prepareVerifier(material: Jwk): Awaitable<(input: Uint8Array, signature: Uint8Array) => Awaitable<boolean>>
  /** A new private key. */
  generate?(): Awaitable<Jwk>
}

/** An algorithm of your own, or for a runtime that lacks one. Throws a `TypeError` when its name means something else. */
export function signatureAlgorithm(code: SignatureCode): SignatureAlgorithm {
  const { row } = code
  const known = findJwsRow(row.alg, row.crv)
  if (row.alg.toLowerCase() === 'none') throw new TypeError('none is no signature')
  if (known !== row && (known !== null || row.family !== 'custom'))
    throw new TypeError('A row of the table, or one of the family custom with a name of its own')
  if (!(row.signatureLength > 0)) throw new TypeError('The row says how long a signature is')
  const { signer, verifier } = adapt(code)
  return {
    kind: 'signature',
    row,
    code,
    serves: ({ alg, crv }) => alg === row.alg || (alg === 'EdDSA' && crv !== undefined && crv === row.crv),
    prepareSigner(wanted, material) {
      if (known === null) return signer(material)
      return withFallback(
        () => prepareSigner(wanted, material),
        () => signer(material),
      )
    },
    prepareVerifier(wanted, material) {
      if (known === null) return verifier(material)
      return withFallback(
        () => prepareVerifier(wanted, material),
        () => verifier(material),
      )
    },
    ...(code.generate !== undefined && { generate: code.generate.bind(code) }),
  }
}

/** Strict base64url outside, bytes of the right length inside. */
export function adapt(code: SignatureCode): {
  readonly signer: (material: Jwk) => Promise<Signer>
  readonly verifier: (material: Jwk) => Promise<Verifier>
} {
  return {
    async signer(material) {
      const sign = await code.prepareSigner(material)
      return async (input) => encodeBase64url(await sign(bytes(input)))
    },
    async verifier(material) {
      const verify = await code.prepareVerifier(material)
      return async (input, signature) =>
        base64urlLength(signature) === code.row.signatureLength && verify(bytes(input), decodeBase64url(signature))
    },
  }
}

function bytes(input: SigningInput): Uint8Array {
  return typeof input === 'string' ? encodeUtf8(input) : input
}
