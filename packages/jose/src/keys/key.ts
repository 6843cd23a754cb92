/** A key: its material, what it may be used for, and the functions prepared from it. */

import { prepareVerifier } from '#runtime'
import { findJwsRow, type JwsRow } from '../algorithms.ts'
import { JoseError } from '../errors.ts'
import { invalidKey, isPrivateJwk, type Jwk, publicHalfOf, publicMaterialOf } from './jwk.ts'
import { bytesIn } from '../shared/base64url-length.ts'
import { type KeyFacts, type KeyOperation, refusal } from './rules.ts'
import type { SigningInput, Verifier } from '../runtime/types.ts'
import type { KeyExtras } from './extras.ts'

export interface KeyOptions {
  /** Lets an HMAC key be shorter than its hash (RFC 7518 §3.2). Default false. */
  readonly allowWeak?: boolean | undefined
  readonly extras?: KeyExtras | undefined
}

/** Made by `importKey`, `generateKey` or a key set; immutable. Serialises to its public half only. */
export class Key implements KeyFacts {
  readonly kty: string
  readonly crv: string | undefined
  readonly kid: string | undefined
  readonly use: string | undefined
  /** The one algorithm the key is for. Absent: any that fits its type. */
  readonly alg: string | undefined
  readonly keyOps: readonly string[] | undefined
  /** Whether it can sign or decrypt. Always true for a symmetric key. */
  readonly isPrivate: boolean
  /** Bytes of a symmetric key; 0 for any other. */
  readonly secretLength: number
  /** Whether HMAC keys may be shorter than their hash. */
  readonly allowWeak: boolean
  /** What it has beyond the library and the runtime. */
  readonly extras: KeyExtras | undefined
  #jwk: Jwk
  readonly #verifiers = new Map<string, Verifier>()

  /** Of a parsed JWK. */
  constructor(jwk: Jwk, { allowWeak = false, extras }: KeyOptions = {}) {
    this.kty = jwk.kty
    this.crv = jwk.crv
    this.kid = jwk.kid
    this.use = jwk.use
    this.alg = jwk.alg
    this.keyOps = jwk.key_ops
    this.isPrivate = extras?.custody !== undefined || isPrivateJwk(jwk)
    this.secretLength = bytesIn(jwk.k)
    this.allowWeak = allowWeak
    this.extras = extras
    this.#jwk = jwk
    Object.freeze(this) // the private fields stay ours to write
  }

  /** The public half as JWK. Throws `invalid_key` for a symmetric key, which has none. */
  publicJwk(): Jwk {
    if (this.kty === 'oct') throw invalidKey('a symmetric key has no public half')
    return this.toJSON()
  }

  /** The whole key as JWK. Throws `invalid_key` when there is no private half, or none that can be exported. The factors of an RSA key are worked out here, if it came without. */
  privateJwk(): Jwk {
    if (!isPrivateJwk(this.#jwk)) throw invalidKey('no private half to export')
    this.#jwk = this.extras?.complete?.(this.#jwk) ?? this.#jwk
    return { ...this.#jwk }
  }

  /** What `JSON.stringify` shows: the public half, or the mere type of a symmetric key. */
  toJSON(): Jwk {
    const shown = publicHalfOf(this.#jwk)
    return this.kty === 'oct' || !this.keyOps ? shown : { ...shown, key_ops: this.keyOps.map(publicOperation) }
  }

  /** What is known of a signature algorithm, where this key is concerned; null: nothing. */
  findRow(alg: string): JwsRow | null {
    return (this.extras?.findRow ?? findJwsRow)(alg, this.crv)
  }

  /** Whether the key is of the type, for the use and of the strength that the algorithm needs. */
  supports(alg: string, operation: KeyOperation): boolean {
    const row = this.findRow(alg)
    return row !== null && refusal(this, row, operation) === null
  }

  /** What is known of the algorithm. Throws what speaks against it: `invalid_key` or `unsupported_algorithm`. */
  require(alg: string, operation: KeyOperation): JwsRow {
    const row = this.findRow(alg)
    if (row === null) throw new JoseError('unsupported_algorithm', 'The algorithm is not for signatures')
    const reason = refusal(this, row, operation)
    if (reason !== null) throw invalidKey(reason)
    return row
  }

  /** Checks a signature in base64url. Rejects with `invalid_key` when the key is not for it. */
  verify(alg: string, input: SigningInput, signature: string): boolean | Promise<boolean> {
    const verifier = this.#verifiers.get(alg)
    if (verifier !== undefined) return verifier(input, signature)
    return this.#prepareVerifier(alg).then((prepared) => prepared(input, signature))
  }

  async #prepareVerifier(alg: string): Promise<Verifier> {
    const row = this.require(alg, 'verify')
    const material = publicMaterialOf(this.#jwk)
    const verifier = await (this.extras?.findCode(row)?.prepareVerifier(row, material) ??
      prepareVerifier(row, material))
    this.#verifiers.set(alg, verifier)
    return verifier
  }
}

/** What the other half of the pair does. */
function publicOperation(name: string): string {
  if (name === 'sign') return 'verify'
  if (name === 'decrypt') return 'encrypt'
  return name === 'unwrapKey' ? 'wrapKey' : name
}
