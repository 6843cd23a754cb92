/** The parts of a JWE, read strictly before anything is decrypted. RFC 7516 §5.2 */

import { base64urlLength } from '../shared/base64url-length.ts'
import { JoseError } from '../errors.ts'
import { decodeError, decodeHeader, invalidHeader, joinHeaders } from '../jws/header.ts'
import type { JweEncryptionRow, JweRow } from './algorithms.ts'
import { encryptionRow, type JweImplementation, managementRow } from './implementation.ts'
import { unknownEncryption } from './rules.ts'
import { invalidKey, parseJwk, privateMembers } from '../keys/jwk.ts'
import { isObject } from '../shared/is-object.ts'

/** Header parameters, RFC 7516 §4.1. */
export interface JweHeader {
  readonly alg: string
  readonly enc: string
  readonly typ?: string
  readonly cty?: string
  readonly kid?: string
  readonly zip?: string
  readonly [name: string]: unknown
}

/** RFC 7516 §7.2.2. Everything that is bytes is base64url. */
export interface FlattenedJwe {
  readonly protected?: string
  readonly unprotected?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly encrypted_key?: string
  readonly aad?: string
  readonly iv?: string
  readonly ciphertext: string
  readonly tag?: string
}

/** RFC 7516 §7.2.1. */
export interface GeneralJwe extends Omit<FlattenedJwe, 'header' | 'encrypted_key'> {
  readonly recipients: readonly Pick<FlattenedJwe, 'header' | 'encrypted_key'>[]
}

/** What one recipient has to decrypt. */
export interface JweRecipient {
  readonly jwe: FlattenedJwe
  readonly header: JweHeader
  readonly row: JweRow
  readonly encryption: JweEncryptionRow
}

/** How much is accepted. */
export interface JweLimits {
  readonly maxSize: number
  readonly maxInflated: number
  readonly maxIterations: number
}

/** The five parts of a compact JWE. RFC 7516 §7.1 */
export function splitCompact(token: string, { maxSize }: JweLimits): FlattenedJwe {
  if (typeof token !== 'string') throw decodeError('no text')
  if (token.length > maxSize) throw new JoseError('exceeded_size', 'The token is too large')
  const parts = token.split('.', 6)
  if (parts.length !== 5) throw decodeError('not five parts')
  const [encodedHeader = '', key = '', iv = '', ciphertext = '', tag = ''] = parts
  return { protected: encodedHeader, ...(key !== '' && { encrypted_key: key }), iv, ciphertext, tag }
}

const MAX_RECIPIENTS = 16
const texts = ['protected', 'encrypted_key', 'aad', 'iv', 'tag'] as const

/** The recipients of either JSON form, each as if it were the only one. */
export function readJwe(value: unknown, limits: JweLimits): FlattenedJwe[] {
  if (!isObject(value)) throw decodeError('no JSON object')
  const { recipients, ...shared } = value
  if (recipients === undefined) return [readFlattened(shared, limits)]
  if ('header' in shared || 'encrypted_key' in shared) throw decodeError('two forms at once')
  if (!Array.isArray(recipients) || recipients.length === 0) throw decodeError('no recipients')
  if (recipients.length > MAX_RECIPIENTS) throw new JoseError('exceeded_size', 'There are too many recipients')
  return recipients.map((recipient: unknown) => {
    if (!isObject(recipient)) throw decodeError('a recipient is no object')
    const { header, encrypted_key } = recipient
    return readFlattened(
      { ...shared, ...(header !== undefined && { header }), ...(encrypted_key !== undefined && { encrypted_key }) },
      limits,
    )
  })
}

function readFlattened(value: Readonly<Record<string, unknown>>, { maxSize }: JweLimits): FlattenedJwe {
  const { header, unprotected, ciphertext } = value
  if (typeof ciphertext !== 'string') throw decodeError('no ciphertext')
  for (const name of texts) {
    if (value[name] !== undefined && (typeof value[name] !== 'string' || value[name] === ''))
      throw decodeError(`${name} is no text`)
  }
  for (const item of [header, unprotected])
    if (item !== undefined && !isObject(item)) throw decodeError('a header is no object')
  const lengthOf = (text: unknown): number => (typeof text === 'string' ? text.length : 0)
  const size = [...texts, 'ciphertext'].reduce((sum, name) => sum + lengthOf(value[name]), 0)
  if (size > maxSize) throw new JoseError('exceeded_size', 'The token is too large')
  const known = Object.entries(value).filter(([name]) =>
    [...texts, 'header', 'unprotected', 'ciphertext'].includes(name),
  )
  return Object.fromEntries(known) as unknown as FlattenedJwe // every member has been checked
}

/** Reads the header of one recipient and checks each part against what its algorithms demand. Throws a `JoseError`. */
export function checkRecipient(
  jwe: FlattenedJwe,
  limits: JweLimits,
  implementations: readonly JweImplementation[],
): JweRecipient {
  const header = readHeader(jwe, limits)
  const row = managementRow(header.alg, implementations)
  const encryption = encryptionRow(header.enc, implementations)
  if (row === null || encryption === null) throw unknownEncryption()
  if (length(jwe.iv) !== encryption.ivLength) throw decodeError('the IV has the wrong length')
  if (length(jwe.tag) !== encryption.tagLength) throw decodeError('the tag has the wrong length') // RFC 8725: no truncation
  length(jwe.ciphertext)
  if (length(jwe.encrypted_key) > 0 === row.direct) throw decodeError('an encrypted key where none belongs, or none') // §5.2
  length(jwe.aad)
  return { jwe, header, row, encryption }
}

const COMPRESSION_HINT = 'Ask the sender to leave `zip` out, or allow a size with `maxInflated`.'

function readHeader(jwe: FlattenedJwe, { maxInflated, maxIterations }: JweLimits): JweHeader {
  const protectedHeader = jwe.protected === undefined ? {} : decodeHeader(jwe.protected)
  const unprotected = joinHeaders(jwe.unprotected ?? {}, jwe.header ?? {})
  const header = joinHeaders(protectedHeader, unprotected)
  if (header['alg'] === undefined || header['enc'] === undefined)
    throw new JoseError('missing_algorithm', 'The header lacks alg or enc')
  for (const name of ['alg', 'enc', 'typ', 'cty', 'kid']) {
    if (header[name] !== undefined && typeof header[name] !== 'string') throw invalidHeader(`${name} is no string`)
  }
  if (Object.hasOwn(header, 'crit')) {
    throw new JoseError('unsupported_critical_header', 'A critical parameter is not understood') // §4.1.13
  }
  if (
    header['zip'] !== undefined &&
    (header['zip'] !== 'DEF' || protectedHeader['zip'] === undefined || maxInflated === 0)
  ) {
    throw new JoseError('unsupported_algorithm', 'Compression is not accepted', { hint: COMPRESSION_HINT }) // RFC 8725 §3.6
  }
  checkOctets(header)
  const { p2c, epk } = header
  if (p2c !== undefined && !(Number.isSafeInteger(p2c) && Number(p2c) >= 1 && Number(p2c) <= maxIterations))
    throw invalidHeader(`p2c is ${JSON.stringify(p2c)}, from 1 to ${maxIterations} expected: see \`maxIterations\``)
  if (epk !== undefined) checkEphemeral(epk)
  return header as JweHeader // sound: alg and enc are strings, as are the optional members
}

/** Parameters that are bytes, in one spelling. RFC 7518 §4.6.1, §4.7.1, §4.8.1 */
export function checkOctets(header: Readonly<Record<string, unknown>>): void {
  for (const name of ['apu', 'apv', 'iv', 'tag', 'p2s']) {
    const value = header[name]
    if (value !== undefined && !(typeof value === 'string' && base64urlLength(value) >= 0))
      throw invalidHeader(`${name} is not base64url`)
  }
  const { apu, apv } = header
  if (apu !== undefined && apu === apv) throw invalidHeader('apu and apv are the same') // §4.6.2
}

/**
 * A public key, strictly: `key_ops` would forbid the only thing it is for. Whether it lies on its curve is for the runtime
 * to say. RFC 7518 §4.6.1.1
 */
function checkEphemeral(epk: unknown): void {
  const { crv, key_ops: keyOps } = parseJwk(epk)
  const isPrivate = privateMembers.some((name) => Object.hasOwn(epk as object, name)) // which has been parsed
  if (isPrivate || keyOps !== undefined || crv === undefined) throw invalidKey('epk is no public key')
}

function length(text = ''): number {
  const bytes = base64urlLength(text)
  if (bytes < 0) throw decodeError('not base64url')
  return bytes
}
