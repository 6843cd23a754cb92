/** Tokens in whichever serialization they come. RFC 7515 §7, RFC 7516 §7 */

import { parseJson } from '@authlib/core/kit'
import { JoseError } from './errors.ts'
import { decodeError, type JwsHeader, parseHeaderObject } from './jws/header.ts'
import { isObject } from './shared/is-object.ts'
import { decryptJwe, decryptJweJson, type DecryptedJwe, type DecryptJweOptions } from './jwe/decrypt.ts'
import type { JweImplementation } from './jwe/implementation.ts'
import {
  checkRecipient,
  type FlattenedJwe,
  type GeneralJwe,
  type JweHeader,
  readJwe,
  splitCompact,
} from './jwe/parts.ts'
import { decodeUnverifiedJws, verifyJws } from './jws/compact.ts'
import {
  checkThreshold,
  type FlattenedJws,
  type GeneralJws,
  readJws,
  tooFewSignatures,
  type VerifiedJwsJson,
  verifyJwsJson,
  type VerifyJwsJsonOptions,
} from './jws/json.ts'
import type { VerificationKeys } from './jws/signature.ts'
import type { Key } from './keys/key.ts'
import type { KeySetLike } from './keys/key-set.ts'

/** What a token says about itself. No one has verified it: only for choosing what to verify or decrypt with. */
export type UnverifiedToken =
  | { readonly kind: 'jws'; readonly serialization: Serialization; readonly headers: readonly JwsHeader[] }
  | { readonly kind: 'jwe'; readonly serialization: Serialization; readonly headers: readonly JweHeader[] }

/** RFC 7515 §7, RFC 7516 §7. */
export type Serialization = 'compact' | 'flattened' | 'general'

const MAX_SIZE = 262_144 // characters

export interface InspectOptions {
  /** Longest token in characters, refused before decoding. Default 262,144. */
  readonly maxSize?: number | undefined
  /** Encryption beyond that of the library, such as that of `@authlib/jose/extra`: it says what its tokens look like. */
  readonly implementations?: readonly JweImplementation[] | undefined
}

/**
 * Tells a JWS from a JWE (RFC 7516 §9) and shows the header of each signature or recipient, both halves joined. Takes a
 * compact token, the text of a JSON serialization, or its object. Throws what is wrong with its form.
 */
export function inspectUnverified(
  token: string | object,
  { maxSize = MAX_SIZE, implementations = [] }: InspectOptions = {},
): UnverifiedToken {
  const read = readText(token, maxSize)
  if (typeof read !== 'string') return inspectJson(read, maxSize, implementations)
  if (read.split('.', 5).length < 5) {
    return { kind: 'jws', serialization: 'compact', headers: [decodeUnverifiedJws(read, { maxSize }).header] }
  }
  const limits = { maxSize, ...unlimited }
  const { header } = checkRecipient(splitCompact(read, limits), limits, implementations)
  return { kind: 'jwe', serialization: 'compact', headers: [header] }
}

/** Nothing is inflated or derived by looking. */
const unlimited = { maxInflated: Infinity, maxIterations: Infinity }

function inspectJson(
  json: Readonly<Record<string, unknown>>,
  maxSize: number,
  implementations: readonly JweImplementation[],
): UnverifiedToken {
  if ('ciphertext' in json) {
    const limits = { maxSize, ...unlimited }
    const headers = readJwe(json, limits).map((jwe) => checkRecipient(jwe, limits, implementations).header)
    return { kind: 'jwe', serialization: 'recipients' in json ? 'general' : 'flattened', headers }
  }
  const { entries } = readJws(json, maxSize)
  const headers = entries.map((entry) => parseHeaderObject(entry.protected, entry.header, ['b64']).header)
  return { kind: 'jws', serialization: 'signatures' in json ? 'general' : 'flattened', headers }
}

/** Verifies a compact, flattened or general JWS, the JSON forms as text or as object. Throws as `verifyJwsJson` does. */
export async function verifyAnyJws(
  jws: string | FlattenedJws | GeneralJws,
  keys: VerificationKeys,
  options: VerifyJwsJsonOptions = {},
): Promise<VerifiedJwsJson> {
  const { maxSize, signatures = 'all' } = options
  const read = readText(jws, maxSize)
  if (typeof read !== 'string') return verifyJwsJson(read as unknown as GeneralJws, keys, options) // which checks it
  checkThreshold(signatures)
  if (signatures !== 'all' && signatures > 1) throw tooFewSignatures()
  const { header, payload, key } = await verifyJws(read, keys, options)
  return { payload, signatures: [{ header, protectedHeader: header, key }] }
}

/** Decrypts a compact, flattened or general JWE, the JSON forms as text or as object. Throws as `decryptJwe` does. */
export async function decryptAnyJwe(
  jwe: string | FlattenedJwe | GeneralJwe,
  keys: Key | KeySetLike,
  options: DecryptJweOptions = {},
): Promise<DecryptedJwe> {
  const read = readText(jwe, options.maxSize)
  if (typeof read === 'string') return decryptJwe(read, keys, options)
  return decryptJweJson(read as unknown as GeneralJwe, keys, options) // which checks it
}

/** The object of a JSON serialization, or a compact token as it is. No base64url text starts with a brace. */
function readText(token: unknown, maxSize = MAX_SIZE): string | Readonly<Record<string, unknown>> {
  if (isObject(token)) return token
  if (typeof token !== 'string') throw decodeError('neither text nor object')
  if (token.length > maxSize) throw new JoseError('exceeded_size', 'The token is too large')
  if (!/^\s*\{/.test(token)) return token
  try {
    return parseJson(token) as Readonly<Record<string, unknown>> // what starts with a brace is an object
  } catch (cause) {
    throw decodeError('not JSON', cause)
  }
}
