/** JSON Web Token, RFC 7519, as JWS. */

import { decodeText, encodeText } from '#runtime'
import type { JwsAlgorithmName } from '../shared/algorithm-name.ts'
import { applyPolicy, checkPolicy, checkType, type JwtClaims, type JwtPolicy, type NewJwtClaims } from './claims.ts'
import { decodeObject, type JwsHeader, parseHeader } from '../jws/header.ts'
import { splitJws, verifyCompact } from '../jws/compact.ts'
import { encodeHeader, signingAlgorithm, signInput, type VerificationKeys } from '../jws/signature.ts'
import {
  assertEnd,
  type ExpiringClaims,
  type LifetimeOptions,
  parseClaims,
  prepareClaims,
  validateSchema,
} from './payload.ts'
import type { Key } from '../keys/key.ts'
import type { StandardSchema } from './standard-schema.ts'

export interface SignJwtOptions extends LifetimeOptions {
  /** `typ` of the header (RFC 8725 §3.11). Default `JWT`; null leaves it out. */
  readonly typ?: string | null | undefined
  /** Default: the algorithm the key is for. */
  readonly alg?: JwsAlgorithmName | undefined
  /** More header parameters. Default none. `kid: undefined` leaves out that of the key. */
  readonly header?: Partial<JwsHeader> | undefined
}

/** A JWT whose signature and claims hold. */
export interface VerifiedJwt<C = JwtClaims> {
  readonly header: JwsHeader
  readonly claims: C
  /** The key the signature holds for. */
  readonly key: Key
}

/**
 * Signs claims. They have `exp`, or the options say how long the token lives: `lifetime`. `kid` is that of the key. A
 * registered claim of another type, no key or no `alg` is a `TypeError`; a key that is not for it `invalid_key`.
 *
 * @example
 * const token = await signJwt({ iss: 'https://as.example', sub: 'alice', aud: 'api' }, key, { lifetime: 300 })
 */
export function signJwt(claims: ExpiringClaims, key: Key, options?: SignJwtOptions): Promise<string>
export function signJwt(
  claims: NewJwtClaims,
  key: Key,
  options: SignJwtOptions & { readonly lifetime: number | null },
): Promise<string>
export async function signJwt(
  claims: NewJwtClaims,
  key: Key,
  { typ = 'JWT', alg, header, ...times }: SignJwtOptions = {},
): Promise<string> {
  const name = signingAlgorithm(key, alg)
  if (header?.['b64'] !== undefined) throw new TypeError('A JWT cannot have an unencoded payload') // RFC 7797 §7
  const stated = prepareClaims(claims, times)
  assertEnd(stated, times)
  const payload = encodeText(JSON.stringify(stated))
  return signInput(`${encodeHeader(name, key, typ, header)}.${payload}`, key, name)
}

/**
 * Verifies signature, type and claims. Throws a `JoseError`: nothing about the token can be relied on then. A missing key
 * or an empty list of algorithms is a `TypeError`. The claims are what `schema` makes of them; without one, `C` is the
 * caller's word for what the policy has checked.
 *
 * @example
 * const { claims } = await verifyJwt(token, remoteKeySet('https://as.example/jwks'), {
 *   algorithms: ['RS256'],
 *   issuer: 'https://as.example',
 *   audience: 'https://api.example',
 * })
 */
export async function verifyJwt<C = JwtClaims>(
  token: string,
  keys: VerificationKeys,
  policy: JwtPolicy & { readonly schema?: StandardSchema<C> | undefined },
): Promise<VerifiedJwt<C>> {
  const { algorithms, maxSize = 16_384, decryption, schema } = checkPolicy(policy)
  const signed = decryption === undefined ? token : await decryption.open(token)
  const verified = verifyCompact(signed, keys, algorithms, maxSize)
  const { header, payload, key } = verified instanceof Promise ? await verified : verified
  checkType(header, policy)
  const claims = parseClaims(() => decodeText(payload))
  applyPolicy(claims, policy, header)
  return { header, claims: schema === undefined ? (claims as C) : await validateSchema(claims, schema), key }
}

/**
 * Header and claims as they stand there. No one has verified them: only for choosing what to verify with. Throws what is wrong
 * with their form. `maxSize` in characters is 16,384 by default.
 *
 * @example
 * const { iss } = decodeUnverifiedJwt(token).claims // only to choose the keys
 */
export function decodeUnverifiedJwt(
  token: string,
  { maxSize = 16_384 }: { readonly maxSize?: number | undefined } = {},
): { readonly header: JwsHeader; readonly claims: JwtClaims } {
  const { header, payload } = splitJws(token, maxSize)
  return { header: parseHeader(header), claims: decodeObject(payload) }
}
