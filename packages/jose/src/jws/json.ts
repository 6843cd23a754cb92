/** JSON Web Signature in its JSON forms: flattened, RFC 7515 §7.2.2, and general with several signatures, §7.2.1. */

import { JoseError } from '../errors.ts'
import { decodeError, decodeHeader, type JwsHeader, joinHeaders, parseHeaderObject } from './header.ts'
import type { SignJwsOptions, VerifiedJws, VerifyJwsOptions } from './compact.ts'
import { type Content, contentBytes, contentInput, detachedContent, encodeContent, withoutEncoding } from './content.ts'
import { checkArguments, encodeHeader, signingAlgorithm, type VerificationKeys, verifySignature } from './signature.ts'
import type { Key } from '../keys/key.ts'
import { sign } from '../keys/sign.ts'
import { isObject } from '../shared/is-object.ts'
import { jwkThumbprint } from '../keys/thumbprint.ts'

/** One signature of a general JWS. */
export interface JwsSignature {
  /** The protected header in base64url. */
  readonly protected?: string
  /** The unprotected header: anyone can change it. */
  readonly header?: Readonly<Record<string, unknown>>
  readonly signature: string
}

/** Any number of signatures. RFC 7515 §7.2.1. */
export interface GeneralJws {
  /** Absent: detached. */
  readonly payload?: string
  readonly signatures: readonly JwsSignature[]
}

/** One signature. RFC 7515 §7.2.2. */
export interface FlattenedJws extends JwsSignature {
  readonly payload?: string
}

/** Who signs, and how. */
export interface JwsSigner extends Pick<SignJwsOptions, 'header' | 'alg'> {
  readonly key: Key
  /** Unprotected header parameters; none of them may be protected as well. */
  readonly unprotected?: Readonly<Record<string, unknown>>
}

export type SignJwsJsonOptions = Pick<SignJwsOptions, 'detached' | 'unencoded'>

export interface VerifyJwsJsonOptions extends VerifyJwsOptions {
  /** Whose signatures must hold: all that are there, or those of at least so many different keys. Default `all`. */
  readonly signatures?: 'all' | number | undefined
}

/** What of a JSON serialisation could be verified. */
export interface VerifiedJwsJson {
  readonly payload: Uint8Array
  /** Those that hold, in the order of the JWS. `header` joins both headers; `protectedHeader` is what was signed. */
  readonly signatures: readonly (Omit<VerifiedJws, 'payload'> & { readonly protectedHeader: Partial<JwsHeader> })[]
}

/** One signature. The payload of an unencoded one is text, as JSON has nothing else. Rejects as `signGeneralJws`. */
export async function signFlattenedJws(
  payload: Content,
  signer: JwsSigner,
  options: SignJwsJsonOptions = {},
): Promise<FlattenedJws> {
  const { signatures, ...rest } = await signGeneralJws(payload, [signer], options)
  return { ...rest, ...signatures[0]! } // one signer, one signature
}

/**
 * One signature of each signer over the same payload. Rejects with `invalid_key` when a key is not for it, with
 * `invalid_header` when a name is in both headers; no signer, or bytes that are neither encoded nor detached, is a `TypeError`.
 */
export async function signGeneralJws(
  payload: Content,
  signers: readonly JwsSigner[],
  { detached = false, unencoded = false }: SignJwsJsonOptions = {},
): Promise<GeneralJws> {
  if (signers.length === 0) throw new TypeError('A signer is required')
  const content = encodeContent(payload, unencoded)
  if (!detached && typeof content !== 'string') throw new TypeError('Unencoded bytes must be detached, or be a text')
  const signatures = await Promise.all(signers.map((signer) => signOne(content, signer, unencoded)))
  return { ...(!detached && typeof content === 'string' && { payload: content }), signatures }
}

async function signOne(
  content: Content,
  { key, header, alg, unprotected }: JwsSigner,
  unencoded: boolean,
): Promise<JwsSignature> {
  const name = signingAlgorithm(key, alg)
  if (header?.['b64'] !== undefined) throw new TypeError('Ask for b64 by `unencoded`')
  const encodedHeader = encodeHeader(name, key, null, unencoded ? withoutEncoding(header) : header)
  if (unprotected !== undefined) joinHeaders(decodeHeader(encodedHeader), unprotected)
  const signature = await sign(key, name, contentInput(encodedHeader, content))
  return { protected: encodedHeader, ...(unprotected !== undefined && { header: unprotected }), signature }
}

/**
 * Verifies either form, given as an object. A general JWS has at least one signature. Throws a `JoseError`: the first
 * failure when all signatures must hold, `bad_signature` when fewer hold than must.
 */
export async function verifyJwsJson(
  jws: FlattenedJws | GeneralJws,
  keys: VerificationKeys,
  {
    signatures: wanted = 'all',
    algorithms,
    payload: detached,
    crit = [],
    maxSize = 262_144,
  }: VerifyJwsJsonOptions = {},
): Promise<VerifiedJwsJson> {
  checkArguments(keys, algorithms)
  checkThreshold(wanted)
  const { payload, entries } = readJws(jws, maxSize)
  const parsed = entries.map((entry) => ({
    entry,
    ...parseHeaderObject(entry.protected, entry.header, ['b64', ...crit]),
  }))
  const unencoded = parsed[0]?.header['b64'] === false
  if (parsed.some(({ header }) => (header['b64'] === false) !== unencoded)) throw decodeError('b64 differs') // RFC 7797 §3
  const content = detached === undefined ? payload : detachedContent(payload, detached, unencoded, maxSize)
  if (content === undefined) throw decodeError('no payload')
  const verdicts = await Promise.allSettled(
    parsed.map(async ({ entry, header, protectedHeader }) => {
      const input = contentInput(entry.protected ?? '', content)
      return { header, protectedHeader, key: await verifySignature(header, keys, algorithms, input, entry.signature) }
    }),
  )
  const failures = verdicts.filter(({ status }) => status === 'rejected')
  const holding = verdicts.filter((verdict) => verdict.status === 'fulfilled').map(({ value }) => value)
  if (wanted === 'all' && failures[0]?.status === 'rejected') throw failures[0].reason
  if (wanted !== 'all' && (await countKeys(holding)) < wanted) throw tooFewSignatures()
  return { payload: contentBytes(content, unencoded), signatures: holding }
}

/** How many signatures must hold is for the caller to say well. */
export function checkThreshold(wanted: 'all' | number): void {
  if (wanted !== 'all' && !(Number.isSafeInteger(wanted) && wanted > 0))
    throw new TypeError('At least one signature must be required')
}

export function tooFewSignatures(): JoseError {
  return new JoseError('bad_signature', 'Too few signatures are valid')
}

/** A key counts once, whatever its names and however often it has signed: no one is two signers. */
async function countKeys(holding: readonly { readonly key: Key }[]): Promise<number> {
  const prints = holding.map(async ({ key }) => jwkThumbprint(key.kty === 'oct' ? key.privateJwk() : key.publicJwk()))
  return new Set(await Promise.all(prints)).size
}

const MAX_SIGNATURES = 16

/** The parts, with the types that JSON from elsewhere may lack. Both forms at once are refused. RFC 7515 §7.2 */
export function readJws(
  jws: unknown,
  maxSize: number,
): { payload: string | undefined; entries: readonly JwsSignature[] } {
  if (!isObject(jws)) throw decodeError('no JSON object')
  const { payload, signatures, ...flattened } = jws
  if (payload !== undefined && typeof payload !== 'string') throw decodeError('the payload is no text')
  if (payload !== undefined && payload.length > maxSize) throw tooLarge()
  if (signatures === undefined) return { payload, entries: [readSignature(flattened, maxSize)] }
  if (['protected', 'header', 'signature'].some((name) => name in flattened)) throw decodeError('two forms at once')
  if (!Array.isArray(signatures) || signatures.length === 0) throw decodeError('no signatures')
  if (signatures.length > MAX_SIGNATURES) throw new JoseError('exceeded_size', 'There are too many signatures')
  return { payload, entries: signatures.map((entry) => readSignature(entry, maxSize)) }
}

function readSignature(entry: unknown, maxSize: number): JwsSignature {
  if (!isObject(entry)) throw decodeError('a signature is no object')
  const { protected: encoded, header, signature } = entry
  if (typeof signature !== 'string') throw decodeError('the signature is no text')
  if (signature.length > maxSize) throw tooLarge()
  if (encoded !== undefined && (typeof encoded !== 'string' || encoded === ''))
    throw decodeError('protected is no text')
  if (header !== undefined && !isObject(header)) throw decodeError('the header is no object')
  return {
    signature,
    ...(encoded !== undefined && { protected: encoded }),
    ...(header !== undefined && { header }),
  }
}

function tooLarge(): JoseError {
  return new JoseError('exceeded_size', 'The token is too large')
}
