/** A key: its material, what it may be used for, and the functions prepared from it. */

import { type Awaitable, decodeBase64url } from '@authlib/core'
import { prepareSigner, prepareVerifier } from '#runtime'
import { findJwsRow, type JwsRow } from '../algorithms.ts'
import { invalidKey, type Jwk, type ParsedJwk } from '../jwk.ts'
import { type KeyFacts, type KeyOperation, refusal } from './key-rules.ts'
import { present } from './present.ts'
import type { Signer, SigningInput, Verifier } from '../runtime/types.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

/** Named one by one, so that a bundle has nothing else of the runtime. */
const native = { prepareSigner, prepareVerifier }

/** Signs with private material that is elsewhere. */
export interface Custody {
  prepareSigner(row: JwsRow): Signer
}

export interface KeyOptions {
  /** Where the private half is, if not in the material. */
  readonly custody?: Custody | undefined
  /** Lets an HMAC key be shorter than its hash (RFC 7518 §3.2). Default false. */
  readonly allowWeak?: boolean
  /** Algorithms beyond those of the library and the runtime. */
  readonly implementations?: readonly SignatureAlgorithm[] | undefined
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
  /** The algorithms it has beyond those of the library and the runtime. */
  readonly implementations: readonly SignatureAlgorithm[]
  readonly #material: Jwk
  readonly #custody: Custody | undefined
  readonly #signers = new Map<string, Signer>()
  readonly #verifiers = new Map<string, Verifier>()

  constructor(parsed: ParsedJwk, { custody, allowWeak = false, implementations = [] }: KeyOptions = {}) {
    this.kty = parsed.material.kty
    this.crv = parsed.material.crv
    this.kid = parsed.kid
    this.use = parsed.use
    this.alg = parsed.alg
    this.keyOps = parsed.keyOps
    this.isPrivate = parsed.isPrivate || custody !== undefined
    this.#material = parsed.material
    this.#custody = custody
    this.allowWeak = allowWeak
    this.implementations = implementations
    this.secretLength = parsed.material.k === undefined ? 0 : decodeBase64url(parsed.material.k).length
  }

  /** The public half as JWK. Throws `invalid_key` for a symmetric key, which has none. */
  publicJwk(): Jwk {
    if (this.kty === 'oct') throw invalidKey('a symmetric key has no public half')
    return { ...publicMaterial(this.#material), ...this.#attributes(publicOperation) }
  }

  /** The whole key as JWK. Throws `invalid_key` when there is no private half, or none that can be exported. */
  privateJwk(): Jwk {
    if (!this.isPrivate || this.#custody !== undefined) throw invalidKey('no private half to export')
    return { ...this.#material, ...this.#attributes((operation) => operation) }
  }

  /** What `JSON.stringify` shows: the public half, or the mere type of a symmetric key. */
  toJSON(): Jwk {
    return this.kty === 'oct' ? { kty: 'oct', ...this.#attributes((operation) => operation) } : this.publicJwk()
  }

  /** What is known of a signature algorithm, where this key is concerned; null: nothing. */
  findRow(alg: string): JwsRow | null {
    return findJwsRow(alg, this.crv) ?? this.implementations.find(({ row }) => row.alg === alg)?.row ?? null
  }

  /** Whether the key is of the type, for the use and of the strength that the algorithm needs. */
  supports(alg: string, operation: KeyOperation): boolean {
    return refusal(this, alg, operation) === null
  }

  /** Throws what speaks against it: `invalid_key` or `unsupported_algorithm`. */
  require(alg: string, operation: KeyOperation): void {
    const error = refusal(this, alg, operation)
    if (error !== null) throw error
  }

  /** Signs, and returns the signature in base64url. Rejects with `invalid_key` when the key is not for it. */
  sign(alg: string, input: SigningInput): Awaitable<string> {
    const signer = this.#signers.get(alg)
    return signer === undefined ? this.#prepareSigner(alg).then((prepared) => prepared(input)) : signer(input)
  }

  /** Checks a signature in base64url. Rejects with `invalid_key` when the key is not for it. */
  verify(alg: string, input: SigningInput, signature: string): boolean | Promise<boolean> {
    const verifier = this.#verifiers.get(alg)
    if (verifier !== undefined) return verifier(input, signature)
    return this.#prepareVerifier(alg).then((prepared) => prepared(input, signature))
  }

  async #prepareSigner(alg: string): Promise<Signer> {
    const row = this.#permit(alg, 'sign')
    const signer = this.#custody?.prepareSigner(row) ?? (await this.#codeFor(row).prepareSigner(row, this.#material))
    if (this.kty !== 'oct') await this.#checkPair(signer, row)
    this.#signers.set(alg, signer)
    return signer
  }

  async #prepareVerifier(alg: string): Promise<Verifier> {
    const row = this.#permit(alg, 'verify')
    const material = this.kty === 'oct' ? this.#material : this.publicJwk()
    const verifier = await this.#codeFor(row).prepareVerifier(row, material)
    this.#verifiers.set(alg, verifier)
    return verifier
  }

  /** Once per key: signatures that the published half does not verify help nobody. */
  async #checkPair(signer: Signer, row: JwsRow): Promise<void> {
    const verifier = await this.#codeFor(row).prepareVerifier(row, this.publicJwk())
    if (!(await verifier('pair', await signer('pair')))) throw invalidKey('the two halves do not belong together')
  }

  #codeFor(row: JwsRow): Pick<SignatureAlgorithm, keyof typeof native> {
    return this.implementations.find((algorithm) => algorithm.serves(row)) ?? native
  }

  #permit(alg: string, operation: 'sign' | 'verify'): JwsRow {
    this.require(alg, operation)
    return this.findRow(alg)! // sound: an unknown algorithm is refused
  }

  #attributes(operation: (name: string) => string): Partial<Jwk> {
    const { kid, use, alg, keyOps } = this
    return present({ kid, use, alg, key_ops: keyOps?.map(operation) })
  }
}

/** Only what is known to be public. */
function publicMaterial({ kty, crv, x, y, n, e, alg, pub }: Jwk): Jwk {
  const members = { RSA: { n, e }, EC: { crv, x, y }, OKP: { crv, x }, AKP: { alg, pub } }
  return { kty, ...members[kty as keyof typeof members] } as Jwk // sound: parseJwk lets only these types pass
}

/** What the other half of the pair does. */
function publicOperation(name: string): string {
  const pairs: Readonly<Record<string, string>> = { sign: 'verify', decrypt: 'encrypt', unwrapKey: 'wrapKey' }
  return Object.hasOwn(pairs, name) ? (pairs[name] ?? name) : name
}
