/** JWTs that are encrypted: a signed one inside a JWE (nested, RFC 7519 §11.2), or bare claims in one. */

import { decodeUtf8 } from '@authlib/core/kit'
import {
  checkClaims,
  checkType,
  type JwtClaims,
  type JwtDecryption,
  type JwtPolicy,
  mediaType,
  type NewJwtClaims,
} from './claims.ts'
import { decodeError } from '../jws/header.ts'
import { encryptJwe, type EncryptJweOptions } from '../jwe/encrypt.ts'
import { decryptJwe, type DecryptJweOptions } from '../jwe/decrypt.ts'
import type { JweHeader } from '../jwe/parts.ts'
import { assertEnd, type LifetimeOptions, parseClaims, prepareClaims, validateSchema } from './payload.ts'
import type { Key } from '../keys/key.ts'
import type { KeySetLike } from '../keys/key-set.ts'
import type { StandardSchema } from './standard-schema.ts'

/**
 * Encrypts a signed JWT (`cty` says so, RFC 7519 §5.2), or claims that no one signs: `lifetime` and `clock` are for
 * these. Rejects as `encryptJwe`.
 *
 * @example
 * const token = await encryptJwt(await signJwt(claims, signingKey, { lifetime: 300 }), recipientKey)
 */
export async function encryptJwt(
  token: string | NewJwtClaims,
  key: Key,
  { header, lifetime, clock, ...options }: EncryptJweOptions & LifetimeOptions = {},
): Promise<string> {
  const named = typeof token === 'string' ? { cty: 'JWT' } : { typ: 'JWT' }
  if (typeof token !== 'string') assertEnd(token, { lifetime })
  const plaintext = typeof token === 'string' ? token : JSON.stringify(prepareClaims(token, { lifetime, clock }))
  return encryptJwe(plaintext, key, { ...options, header: { ...named, ...header } })
}

/**
 * For `decryption` of a {@link JwtPolicy}: the token must then be encrypted for one of the keys. `maxSize` is 65,536 characters
 * unless it says otherwise.
 *
 * @example
 * await verifyJwt(token, keys, { algorithms: ['ES256'], audience: 'api', decryption: decryption(ownKey) })
 */
export function decryption(keys: Key | KeySetLike, options: DecryptJweOptions = {}): JwtDecryption {
  return {
    async open(token) {
      const { header, plaintext } = await decryptJwe(token, keys, { maxSize: 65_536, ...options })
      if (header.cty === undefined || mediaType(header.cty) !== 'jwt') throw decodeError('no token inside') // RFC 7519 §5.2
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(plaintext) // a token is ASCII: what is not verifies as nothing
    },
  }
}

/**
 * Decrypts claims that no one signed and checks them. With a symmetric key that proves who made them; with a public one
 * anyone could have: prefer a nested token then. Rejects as `decryptJwe` and `verifyJwt` do. Of the policy, `algorithms` and
 * `decryption` are for signatures, and not looked at.
 */
export async function decryptJwt<C = JwtClaims>(
  token: string,
  keys: Key | KeySetLike,
  policy: JwtPolicy & { readonly schema?: StandardSchema<C> | undefined },
  options: DecryptJweOptions = {},
): Promise<{ readonly header: JweHeader; readonly claims: C; readonly key: Key }> {
  const { header, plaintext, key } = await decryptJwe(token, keys, { maxSize: policy.maxSize ?? 65_536, ...options })
  checkType(header, policy)
  const claims = parseClaims(() => decodeUtf8(plaintext))
  checkClaims(claims, policy, header)
  const { schema } = policy
  return { header, claims: schema === undefined ? (claims as C) : await validateSchema(claims, schema), key } // the caller's word
}
