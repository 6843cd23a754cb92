import { expect, it } from 'vitest'
import { hkdfSha256, hmacSha256, importHmacKey, sha256, sha256Base64url } from './digest.ts'
import { encodeUtf8 } from './encoding.ts'

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

it('hashes the empty text, "abc" and UTF-8 (FIPS 180-4)', async () => {
  expect(hex(await sha256(''))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(hex(await sha256('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(await sha256(encodeUtf8('gruß €'))).toEqual(await sha256('gruß €'))
})

it('makes the code challenge of RFC 7636 appendix B', async () => {
  expect(await sha256Base64url('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  )
})

it('signs as RFC 4231 §4.3 does', async () => {
  const key = await importHmacKey(encodeUtf8('Jefe'))
  expect(hex(await hmacSha256(key, 'what do ya want for nothing?'))).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

it('derives as RFC 5869 appendix A.3 does, and by label', async () => {
  const secret = new Uint8Array(22).fill(11)
  expect(hex(await hkdfSha256(secret, '', 42))).toBe(
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  )
  expect(await hkdfSha256(secret, 'one', 32)).not.toEqual(await hkdfSha256(secret, 'two', 32))
  expect(await hkdfSha256('text', 'one', 32)).toEqual(await hkdfSha256(encodeUtf8('text'), 'one', 32))
})
