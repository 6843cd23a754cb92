/** What an API needs that verifies tokens with a key it knows. */

import { accessTokenPolicy, importJwk, type Jwk, verifyJwt } from '@authlib/jose'

export function createVerifier(jwk: Jwk, issuer: string, audience: string) {
  const key = importJwk(jwk, { alg: 'ES256' })
  const policy = accessTokenPolicy({ issuer, audience })
  return (token: string) => verifyJwt(token, key, policy)
}
