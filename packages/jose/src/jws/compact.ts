/** JSON Web Signature in its compact form, RFC 7515 §7.1; detached content, Appendix F. */

import { knownHeader, rememberHeader } from '#runtime'
import type { JwsAlgorithmName } from '../shared/algorithm-name.ts'
import { JoseError } from '../errors.ts'
import { decodeError, type JwsHeader, parseHeader } from './header.ts'
import {
  type Content,
  contentBytes,
  contentInput,
  detachedContent,
  encodeContent,
  isInline,
  withoutEncoding,
} from './content.ts'
import { checkArguments, encodeHeader, signingAlgorithm, type VerificationKeys, verifySignature } from './signature.ts'
import type { Key } from '../keys/key.ts'
import { sign } from '../keys/sign.ts'

export interface SignJwsOptions {
  /** Header parameters beside `alg`, and `kid` of the key. */
  readonly header?: Partial<JwsHeader> | undefined
  /** Default: the algorithm the key is for. */
  readonly alg?: JwsAlgorithmName | undefined
  /** Leaves the payload out of the token: it travels another way. Appendix F. Default false. */
  readonly detached?: boolean | undefined
  /** Signs the payload as it is, without base64url: `b64` and `crit` go into the header. RFC 7797. Default false. */
  readonly unencoded?: boolean | undefined
}

export interface VerifyJwsOptions {
  /** The algorithms that are accepted. Required, unless every key says its own (RFC 8725 §3.1). */
  readonly algorithms?: readonly JwsAlgorithmName[] | undefined
  /** The payload of a detached token, which then must not bring one. */
  readonly payload?: Content | undefined
  /** Names in `crit` that the caller understands and will act upon. `b64` always is. Default none. */
  readonly crit?: readonly string[] | undefined
  /** Longest token, and longest detached payload, refused before decoding. Default 262,144. */
  readonly maxSize?: number | undefined
}

/** A signature that holds. */
export interface VerifiedJws {
  readonly header: JwsHeader
  readonly payload: Uint8Array
  /** The key it holds for. */
  readonly key: Key
}

/**
 * Signs bytes, or the UTF-8 of a string.
 *
 * @example
 * const jws = await signJws('any bytes', key)
 */
export async function signJws(
  payload: Content,
  key: Key,
  { header, alg, detached = false, unencoded = false }: SignJwsOptions = {},
): Promise<string> {
  const name = signingAlgorithm(key, alg)
  if (header?.['b64'] !== undefined) throw new TypeError('Ask for b64 by `unencoded`')
  const encodedHeader = encodeHeader(name, key, null, unencoded ? withoutEncoding(header) : header)
  const content = encodeContent(payload, unencoded)
  if (!detached && unencoded && !(typeof content === 'string' && isInline(content))) {
    throw new TypeError('An unencoded payload with these characters must be detached') // RFC 7797 §5.2
  }
  const signature = await sign(key, name, contentInput(encodedHeader, content))
  return `${encodedHeader}.${detached || typeof content !== 'string' ? '' : content}.${signature}`
}

/** Verifies a compact token. Throws a `JoseError`; a missing or empty argument is a `TypeError`. */
export async function verifyJws(
  token: string,
  keys: VerificationKeys,
  { algorithms, payload: detached, crit = [], maxSize = 262_144 }: VerifyJwsOptions = {},
): Promise<VerifiedJws> {
  checkArguments(keys, algorithms)
  const { header: encodedHeader, payload, signature } = splitJws(token, maxSize)
  const header = parseHeader(encodedHeader, ['b64', ...crit])
  const unencoded = header['b64'] === false
  const content = detached === undefined ? payload : detachedContent(payload, detached, unencoded, maxSize)
  if (detached === undefined && unencoded && !isInline(payload)) throw decodeError('a character that must be detached')
  const key = await verifySignature(header, keys, algorithms, contentInput(encodedHeader, content), signature)
  return { header, payload: contentBytes(content, unencoded), key }
}

/** The parts of a compact token whose signature holds. The payload is still encoded: verify first, read later. */
export interface VerifiedParts {
  readonly header: JwsHeader
  readonly payload: string
  readonly key: Key
}

/** For JWTs. Synchronous where the runtime can be: a promise costs more than the rest of this function. */
export function verifyCompact(
  token: string,
  keys: VerificationKeys,
  algorithms: readonly string[] | undefined,
  maxSize: number,
): VerifiedParts | Promise<VerifiedParts> {
  checkArguments(keys, algorithms)
  const { header: encodedHeader, payload, input, signature } = splitJws(token, maxSize)
  const known = knownHeader(encodedHeader) as JwsHeader | undefined // as remembered below
  const header = known ?? parseHeader(encodedHeader)
  const key = verifySignature(header, keys, algorithms, input, signature)
  const finish = (verified: Key): VerifiedParts => {
    rememberHeader(encodedHeader, header, known)
    return { header, payload, key: verified }
  }
  return key instanceof Promise ? key.then(finish) : finish(key)
}

/** Header and payload as they stand there. No one has verified them: only for choosing what to verify with. */
export function decodeUnverifiedJws(
  token: string,
  { maxSize = 262_144 }: { readonly maxSize?: number | undefined } = {},
): {
  readonly header: JwsHeader
  readonly payload: Uint8Array
} {
  const { header: encodedHeader, payload } = splitJws(token, maxSize)
  const header = parseHeader(encodedHeader, ['b64'])
  return { header, payload: contentBytes(payload, header['b64'] === false) }
}

/** RFC 7515 §7.1: exactly three parts, still encoded. */
export function splitJws(
  token: string,
  maxSize: number,
): { header: string; payload: string; input: string; signature: string } {
  if (typeof token !== 'string') throw decodeError('no text')
  if (token.length > maxSize) throw new JoseError('exceeded_size', 'The token is too large')
  const first = token.indexOf('.')
  const second = token.lastIndexOf('.')
  if (first < 0 || token.indexOf('.', first + 1) !== second) throw decodeError('not three parts')
  return {
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    input: token.slice(0, second),
    signature: token.slice(second + 1),
  }
}
