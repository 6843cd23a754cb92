/** Verifying an SD-JWT, with or without key binding. RFC 9901 §7.1, §7.3 */

import { constantTimeEqual } from '@authlib/core'
import { decodeUtf8, sha256Base64url } from '@authlib/core/kit'
import type { JwsAlgorithmName } from '../shared/algorithm-name.ts'
import { checkClaims, checkType, type JwtClaims, type JwtPolicy } from '../jwt/claims.ts'
import { JoseError } from '../errors.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { importJwk } from '../keys/jwk-import.ts'
import type { JwsHeader } from '../jws/header.ts'
import { verifyJws } from '../jws/compact.ts'
import type { VerificationKeys } from '../jws/signature.ts'
import { type VerifiedJwt, verifyJwt } from '../jwt/signed.ts'
import { parseClaims } from '../jwt/payload.ts'
import type { Key } from '../keys/key.ts'
import { invalidSdJwt } from './errors.ts'
import { reveal } from './reveal.ts'
import { type SdJwtParts, splitSdJwt } from './split.ts'
import { isObject } from '../shared/is-object.ts'

/** What the proof of the holder has to say. */
export interface KeyBindingPolicy {
  /** Who we are. */
  readonly audience: string
  /** What we sent to the holder. */
  readonly nonce: string
  /** Algorithms that are accepted from holders. Default `['ES256']`. */
  readonly algorithms?: readonly JwsAlgorithmName[] | undefined
  /** Seconds since the holder signed. Default 300. */
  readonly maxAge?: number | undefined
}

/** What a presentation has to satisfy. */
export interface SdJwtPolicy extends Omit<JwtPolicy, 'decryption'> {
  /** Demands that the holder proves to be the holder. Without it, a key binding is not looked at. */
  readonly keyBinding?: KeyBindingPolicy | undefined
  /** Longest presentation in characters, refused before decoding. Default 131,072. */
  readonly maxSize?: number | undefined
}

/** A presentation that holds. */
export interface VerifiedSdJwt extends VerifiedJwt {
  /** The key of the holder, where its possession was proven. */
  readonly holderKey?: Key
}

/** The claims as the issuer signed them, with what the holder disclosed in its place. Throws a `JoseError`. */
export async function verifySdJwt(
  presentation: string,
  keys: VerificationKeys,
  policy: SdJwtPolicy,
): Promise<VerifiedSdJwt> {
  const parts = await splitSdJwt(presentation, policy.maxSize)
  const { algorithms } = policy
  const { header, payload, key } = await verifyJws(parts.token, keys, {
    maxSize: parts.token.length, // of a string whose length was checked
    ...(algorithms && { algorithms }),
  })
  return { header, key, ...(await verifyContent(parts, payload, [header], policy)) }
}

/** What follows when signatures hold, whatever the serialization: `headers` are what they protect, one each. */
export async function verifyContent(
  parts: SdJwtParts,
  payload: Uint8Array,
  headers: readonly Partial<JwsHeader>[],
  policy: SdJwtPolicy,
): Promise<Pick<VerifiedSdJwt, 'claims' | 'holderKey'>> {
  for (const header of headers) {
    if (header['b64'] === false) throw invalidSdJwt('an unencoded payload') // RFC 7797 §7
    checkType(header, policy)
  }
  const { claims } = reveal(
    parseClaims(() => decodeUtf8(payload)),
    parts.disclosures,
  )
  for (const header of headers) checkClaims(claims, policy, header)
  const { keyBinding } = policy
  if (keyBinding === undefined) return { claims }
  return { claims, holderKey: await verifyKeyBinding(parts, claims, keyBinding, policy) }
}

/** RFC 9901 §7.3 step 5. */
async function verifyKeyBinding(
  { keyBinding: token, bound }: SdJwtParts,
  claims: JwtClaims,
  { audience, nonce, algorithms = ['ES256'], maxAge = 300 }: KeyBindingPolicy,
  { clock, leeway = 5 }: SdJwtPolicy,
): Promise<Key> {
  if (!audience || !nonce) throw new TypeError('Key binding needs an audience and a nonce')
  if (token === null) throw invalidSdJwt('no key binding')
  const { cnf } = claims
  if (!isObject(cnf) || !isObject(cnf['jwk'])) {
    throw new JoseError('missing_claim', 'A claim is missing', { claim: 'cnf' })
  }
  const holderKey = importJwk(cnf['jwk'] as Jwk) // which checks it
  if (holderKey.isPrivate) throw invalidKey('a key that everybody can read') // it proves nothing
  const { claims: proof } = await verifyJwt(token, holderKey, {
    algorithms,
    typ: 'kb+jwt',
    audience,
    soleAudience: true, // §4.3
    expiryOptional: true,
    maxAge,
    leeway,
    required: ['nonce', 'sd_hash'],
    claims: { nonce: { validate: (value) => typeof value === 'string' && constantTimeEqual(value, nonce) } },
    ...(clock && { clock }),
  })
  if (proof['sd_hash'] !== (await sha256Base64url(bound))) {
    throw new JoseError('invalid_claim', 'The key binding is for another presentation', { claim: 'sd_hash' })
  }
  return holderKey
}
