/** Encrypting as JWE, RFC 7516 §5.1. */

import * as jose from 'jose'
import { encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import type { JweAlgorithmName, JweEncryptionName } from '../shared/algorithm-name.ts'
import { invalidHeader, joinHeaders } from '../jws/header.ts'
import { findJweEncryptionRow, type JweEncryptionRow, jweEncryptions, type JweRow } from './algorithms.ts'
import { encryptByEngine, isForEngine, type JweDraft } from './engine.ts'
import { checkImplementations, encryptionRow, type JweImplementation, managementRow } from './implementation.ts'
import { cryptoKeyFor } from './key.ts'
import { encryptionRefusal, unknownEncryption } from './rules.ts'
import { checkOctets, type FlattenedJwe, type GeneralJwe, type JweHeader } from './parts.ts'
import { refused } from '../runtime/subtle.ts'
import type { Content } from '../jws/content.ts'
import { Key } from '../keys/key.ts'

/** Who can decrypt it, and how the key comes there. */
export interface JweRecipientOptions {
  /** Default: the algorithm the key is for. */
  readonly alg?: JweAlgorithmName | undefined
  /** Agreement upon a key: information about the producer, RFC 7518 §4.6.1.2. */
  readonly apu?: Uint8Array | undefined
  /** Agreement upon a key: information about the recipient, RFC 7518 §4.6.1.3. */
  readonly apv?: Uint8Array | undefined
  /** Iterations of PBES2, at least 1,000 (RFC 7518 §4.8.1.2). Default 10,000. */
  readonly iterations?: number | undefined
}

export interface EncryptJweOptions extends JweRecipientOptions {
  /** Content encryption. Default `A256GCM`; for a direct key what fits its length. */
  readonly enc?: JweEncryptionName | undefined
  /** Protected header parameters beside `alg`, `enc` and the `kid` of the key. */
  readonly header?: Partial<JweHeader> | undefined
  /** Compresses the plaintext, whose length then tells about its content (RFC 8725 §3.6). Default false. */
  readonly compress?: boolean | undefined
  /** Algorithms and curves beyond those of the library and the runtime, such as those of `@authlib/jose/extra`. */
  readonly implementations?: readonly JweImplementation[] | undefined
}

export interface EncryptJweJsonOptions extends Pick<
  EncryptJweOptions,
  'enc' | 'header' | 'compress' | 'implementations'
> {
  /** Header parameters that nothing protects. Default none. */
  readonly unprotected?: Readonly<Record<string, unknown>> | undefined
  /** More that is authenticated, in the clear. RFC 7516 §5.1 step 14. Default none. */
  readonly aad?: Content | undefined
}

/** A recipient of a general JWE. */
export interface JweRecipientKey extends JweRecipientOptions {
  readonly key: Key
}

/**
 * A compact JWE of bytes, or of the UTF-8 of a string. Rejects with `invalid_key` when the key is not for it, with
 * `unsupported_algorithm` when no one here knows how; no key, no `alg` or an unknown `enc` is a `TypeError`.
 *
 * @example
 * const jwe = await encryptJwe('a secret message', recipientKey)
 */
export async function encryptJwe(
  plaintext: Content,
  key: Key,
  { header, compress = false, implementations = [], ...options }: EncryptJweOptions = {},
): Promise<string> {
  const { alg, enc, row, encryption } = algorithmsOf(key, { ...options, implementations }, header)
  const protectedHeader = protectedParameters({ ...kidOf(key), ...header }, { alg, enc }, compress)
  if (isForEngine(row, encryption, key, implementations)) {
    const jwe = await encryptByEngine({
      plaintext: bytes(plaintext),
      encryption,
      protectedHeader,
      recipients: [draftFor({ ...options, key }, row, implementations)],
      implementations,
    })
    return [jwe.protected, jwe.recipients[0]?.encrypted_key ?? '', jwe.iv, jwe.ciphertext, jwe.tag].join('.')
  }
  const encrypt = new jose.CompactEncrypt(bytes(plaintext))
    .setProtectedHeader(protectedHeader as jose.CompactJWEHeaderParameters) // alg and enc are there
    .setKeyManagementParameters(parameters(options))
  const prepared = await cryptoKeyFor(key, alg, 'encrypt', enc)
  return orInvalidKey(encrypt.encrypt(prepared))
}

/** A flattened JWE: one recipient, and room for unprotected headers and `aad`. Rejects as `encryptJwe`. */
export async function encryptFlattenedJwe(
  plaintext: Content,
  recipient: JweRecipientKey,
  { header, unprotected, aad, compress = false, enc: wanted, implementations = [] }: EncryptJweJsonOptions = {},
): Promise<FlattenedJwe> {
  const { key } = recipient
  const options = { ...recipient, ...(wanted !== undefined && { enc: wanted }), implementations }
  const { alg, enc, row, encryption } = algorithmsOf(key, options, { ...unprotected, ...header })
  const protectedHeader = protectedParameters({ ...kidOf(key), ...header }, { alg, enc }, compress)
  joinHeaders(protectedHeader, unprotected ?? {})
  if (isForEngine(row, encryption, key, implementations)) {
    const { recipients, ...jwe } = await encryptByEngine({
      plaintext: bytes(plaintext),
      encryption,
      protectedHeader,
      unprotected,
      aad: aad === undefined ? undefined : bytes(aad),
      recipients: [draftFor(recipient, row, implementations)],
      implementations,
    })
    return { ...jwe, ...recipients[0] }
  }
  const encrypt = new jose.FlattenedEncrypt(bytes(plaintext))
    .setProtectedHeader(protectedHeader)
    .setKeyManagementParameters(parameters(recipient))
  if (unprotected !== undefined) encrypt.setSharedUnprotectedHeader(unprotected)
  if (aad !== undefined) encrypt.setAdditionalAuthenticatedData(bytes(aad))
  const prepared = await cryptoKeyFor(key, alg, 'encrypt', enc)
  return orInvalidKey(encrypt.encrypt(prepared))
}

/**
 * A general JWE: the same ciphertext for several recipients, each of whom is named by the `kid` of the key. Rejects as
 * `encryptJwe`; no recipient, or several with a direct algorithm, is a `TypeError`.
 */
export async function encryptGeneralJwe(
  plaintext: Content,
  recipients: readonly JweRecipientKey[],
  { header, unprotected, aad, compress = false, enc = 'A256GCM', implementations = [] }: EncryptJweJsonOptions = {},
): Promise<GeneralJwe> {
  if (recipients.length === 0) throw new TypeError('A recipient is required')
  const protectedHeader = protectedParameters(header ?? {}, { enc }, compress)
  const named = recipients.map((recipient) => {
    const { alg, row, encryption } = algorithmsOf(
      recipient.key,
      { ...recipient, enc, implementations },
      { ...unprotected, ...header },
    )
    if (recipients.length > 1 && row.direct) throw new TypeError('A direct algorithm has one recipient') // §5.1
    const own = { alg, ...kidOf(recipient.key) }
    joinHeaders(protectedHeader, joinHeaders(unprotected ?? {}, own))
    return { recipient, alg, row, encryption, own }
  })
  const [first] = named
  if (
    first &&
    named.some(({ recipient, row, encryption }) => isForEngine(row, encryption, recipient.key, implementations))
  ) {
    return encryptByEngine({
      plaintext: bytes(plaintext),
      encryption: first.encryption,
      protectedHeader,
      unprotected,
      aad: aad === undefined ? undefined : bytes(aad),
      recipients: named.map(({ recipient, row, own }) => ({
        ...draftFor(recipient, row, implementations),
        header: own,
      })),
      implementations,
    })
  }
  const encrypt = new jose.GeneralEncrypt(bytes(plaintext)).setProtectedHeader(protectedHeader)
  if (unprotected !== undefined) encrypt.setSharedUnprotectedHeader(unprotected)
  if (aad !== undefined) encrypt.setAdditionalAuthenticatedData(bytes(aad))
  for (const { recipient, alg, own } of named) {
    encrypt
      .addRecipient(await cryptoKeyFor(recipient.key, alg, 'encrypt', enc))
      .setUnprotectedHeader(own)
      .setKeyManagementParameters(parameters(recipient))
  }
  return orInvalidKey(encrypt.encrypt()) // the same members
}

/** A public key may still turn out to be none: off its curve, of low order. Whose key it is need not be whose program. */
async function orInvalidKey<T>(encrypted: Promise<T>): Promise<T> {
  try {
    return await encrypted
  } catch (cause) {
    throw refused(cause)
  }
}

interface Chosen {
  readonly alg: string
  readonly enc: string
  readonly row: JweRow
  readonly encryption: JweEncryptionRow
}

function algorithmsOf(
  key: Key,
  options: JweRecipientOptions & { enc?: string | undefined; implementations: readonly JweImplementation[] },
  header?: Readonly<Record<string, unknown>>,
): Chosen {
  if (!(key instanceof Key)) throw new TypeError('A key is required')
  const { implementations } = options
  checkImplementations(implementations)
  const named = encryptionRow(key.alg ?? '', implementations) // a key for dir may name its content encryption
  const alg = options.alg ?? (named === null ? key.alg : 'dir')
  if (alg === undefined) throw new TypeError('Pass alg: the key does not say its algorithm')
  const fitting = alg === 'dir' ? jweEncryptions.find((name) => lengthOf(name) === key.secretLength) : undefined
  const enc = options.enc ?? named?.enc ?? fitting ?? 'A256GCM'
  const encryption = encryptionRow(enc, implementations)
  if (encryption === null) throw new TypeError('The content encryption is not known')
  const row = managementRow(alg, implementations)
  if (row === null) throw unknownEncryption()
  checkOctets({ ...header, ...partiesOf(options) })
  return { alg, enc, row, encryption }
}

/** A recipient for the engine. */
function draftFor(
  { key, iterations, ...options }: JweRecipientKey,
  row: JweRow,
  implementations: readonly JweImplementation[],
): JweDraft['recipients'][number] {
  const refusal = encryptionRefusal(key, row.alg, 'encrypt', implementations)
  if (refusal !== null) throw refusal
  return { key, row, iterations: checkIterations(iterations), parties: partiesOf(options) }
}

function partiesOf({ apu, apv }: JweRecipientOptions): Readonly<Record<string, string>> {
  return { ...(apu && { apu: encodeBase64url(apu) }), ...(apv && { apv: encodeBase64url(apv) }) }
}

function kidOf({ kid }: Key): { kid?: string } {
  return kid === undefined ? {} : { kid }
}

function lengthOf(enc: string): number | undefined {
  return findJweEncryptionRow(enc)?.keyLength
}

function protectedParameters(
  header: Partial<JweHeader>,
  algorithms: Partial<JweHeader>,
  compress: boolean,
): jose.JWEHeaderParameters {
  if (header['crit'] !== undefined) throw invalidHeader('crit is not supported')
  if (header.zip !== undefined) throw new TypeError('Use `compress` to compress')
  return { ...header, ...algorithms, ...(compress && { zip: 'DEF' }) } // the same members
}

function parameters({ apu, apv, iterations }: JweRecipientOptions): jose.JWEKeyManagementHeaderParameters {
  return { ...(apu && { apu }), ...(apv && { apv }), p2c: checkIterations(iterations) }
}

function checkIterations(iterations = 10_000): number {
  if (!(Number.isSafeInteger(iterations) && iterations >= 1000))
    throw new TypeError('PBES2 has 1,000 iterations at least') // RFC 7518 §4.8.1.2
  return iterations
}

function bytes(content: Content): Uint8Array {
  return typeof content === 'string' ? encodeUtf8(content) : content
}
