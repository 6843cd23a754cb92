import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { generateKey, jwkThumbprint, jwkThumbprintUri } from '../index.ts'

it.each([
  ['RS256', ['e', 'kty', 'n']],
  ['ES256', ['crv', 'kty', 'x', 'y']],
  ['Ed25519', ['crv', 'kty', 'x']],
  ['HS256', ['k', 'kty']],
])('JJ-25: a thumbprint of a key for %s may use a longer hash (RFC 7638 §3.4, RFC 9278 §4)', async (alg, names) => {
  const jwk = (await generateKey(alg)).privateJwk()
  const text = JSON.stringify(jwk, names)
  for (const hash of ['SHA-256', 'SHA-384', 'SHA-512'] as const) {
    const expected = createHash(hash).update(text).digest('base64url')
    expect(await jwkThumbprint(jwk, hash)).toBe(expected)
    expect(await jwkThumbprintUri(jwk, hash)).toBe(
      `urn:ietf:params:oauth:jwk-thumbprint:${hash.toLowerCase()}:${expected}`,
    )
  }
  expect(await jwkThumbprint(jwk)).toBe(await jwkThumbprint(jwk, 'SHA-256'))
})
