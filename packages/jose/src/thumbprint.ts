/** JWK thumbprints, RFC 7638, and their URIs, RFC 9278. */

import { type Awaitable, sha256Base64url } from '@authlib/core'
import { invalidKey, type Jwk } from './jwk.ts'

const required: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'], // RFC 8037 §2
  RSA: ['e', 'kty', 'n'],
  oct: ['k', 'kty'],
}

/** SHA-256 over the required members only, in base64url: the same for the private and the public half. RFC 7638 §3 */
export function jwkThumbprint(jwk: Jwk): Awaitable<string> {
  const names = Object.hasOwn(required, jwk.kty) ? required[jwk.kty] : undefined
  if (names === undefined) throw invalidKey('unknown kty')
  const members = names.map((name): [string, string] => {
    const value = jwk[name]
    if (typeof value !== 'string') throw invalidKey(`${name} is missing or not a string`)
    return [name, value]
  })
  return sha256Base64url(JSON.stringify(Object.fromEntries(members)))
}

/** The thumbprint as a URI, RFC 9278 §3. */
export async function jwkThumbprintUri(jwk: Jwk): Promise<string> {
  return `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${await jwkThumbprint(jwk)}`
}
