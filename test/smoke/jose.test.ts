import { decodeUtf8 } from '@authlib/core/kit'
import {
  decryptJwe,
  encryptJwe,
  exportPrivatePem,
  generateKey,
  importKey,
  type JweAlgorithmName,
  KeySet,
  signJwt,
  verifyJwt,
} from '@authlib/jose'
import { issueSdJwt, presentSdJwt, verifySdJwt } from '@authlib/jose/sd-jwt'
import { describe, expect, it } from 'vitest'

const clock = () => 1_800_000_000
const claims = { iss: 'https://as.example', sub: 'alice', exp: clock() + 60 }

describe('@authlib/jose', () => {
  it.each(['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'])('signs with %s and verifies what was signed', async (alg) => {
    const key = await generateKey(alg)
    const token = await signJwt(claims, key)
    const verified = await verifyJwt(token, key, { algorithms: [alg], issuer: 'https://as.example', clock })
    expect(verified.claims).toEqual(claims)
    const [header, payload, signature] = token.split('.')
    const tampered = `${header}.${payload}.${signature?.startsWith('A') ? 'B' : 'A'}${signature?.slice(1)}`
    await expect(verifyJwt(tampered, key, { algorithms: [alg], clock })).rejects.toMatchObject({
      code: 'bad_signature',
    })
  })

  it('finds the key of a token in a set (RFC 7515 §4.1.4)', async () => {
    const keys = [await generateKey('ES256'), await generateKey('ES256')]
    const set = KeySet.from({ keys: keys.map((key) => key.publicJwk()) })
    const token = await signJwt(claims, keys[1]!)
    expect((await verifyJwt(token, set, { algorithms: ['ES256'], clock })).claims).toEqual(claims)
    const foreign = await signJwt(claims, await generateKey('ES256'))
    await expect(verifyJwt(foreign, set, { algorithms: ['ES256'], clock })).rejects.toMatchObject({
      code: 'key_not_found',
    })
  })

  it('verifies the ES256 example (RFC 7515 appendix A.3)', async () => {
    const key = await importKey({
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    })
    const token =
      'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
    const verified = await verifyJwt(token, key, { algorithms: ['ES256'], clock: () => 1_300_819_379 })
    expect(verified.claims).toMatchObject({ iss: 'joe' })
  })

  it.each<JweAlgorithmName>(['ECDH-ES', 'ECDH-ES+A256KW', 'RSA-OAEP-256', 'A256KW'])(
    'encrypts with %s for one key alone (RFC 7516 §5)',
    async (alg) => {
      const key = await generateKey(alg)
      const token = await encryptJwe('for your eyes', key)
      expect(decodeUtf8((await decryptJwe(token, key, { algorithms: [alg] })).plaintext)).toBe('for your eyes')
      const other = await generateKey(alg)
      await expect(decryptJwe(token, other, { algorithms: [alg] })).rejects.toMatchObject({ code: 'decryption_failed' })
    },
  )

  it('writes a key as PEM and reads it again', async () => {
    const key = await generateKey('ES256')
    const again = await importKey(await exportPrivatePem(key), { alg: 'ES256' })
    expect((await verifyJwt(await signJwt(claims, again), key, { algorithms: ['ES256'], clock })).claims).toEqual(
      claims,
    )
  })

  it('shows a part of an SD-JWT to one verifier (RFC 9901 §4)', async () => {
    const [issuer, holder] = [await generateKey('ES256'), await generateKey('ES256')]
    const credential = await issueSdJwt({ given_name: 'Ada', family_name: 'Lovelace' }, issuer, {
      disclosable: [['given_name'], ['family_name']],
      holderKey: holder.publicJwk(),
      lifetime: 60,
    })
    const binding = { audience: 'https://verifier.example', nonce: 'n-0S6_WzA2Mj' }
    const presentation = await presentSdJwt(credential, {
      disclose: [['given_name']],
      keyBinding: { key: holder, ...binding },
    })
    const verified = await verifySdJwt(presentation, issuer, { keyBinding: binding })
    expect(verified.claims).toMatchObject({ given_name: 'Ada' })
    expect(verified.claims).not.toHaveProperty('family_name')
  })
})
