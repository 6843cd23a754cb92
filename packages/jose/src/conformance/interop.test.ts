import * as jose from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { describe, expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import {
  decryptJwe,
  encryptJwe,
  exportPrivatePem,
  exportPublicPem,
  generateKey,
  importKey,
  importSecret,
  jweAlgorithms,
  jweEncryptions,
  jwkThumbprint,
  jwsAlgorithms,
  type Key,
  signFlattenedJws,
  signJwt,
  verifyJwsJson,
  verifyJwt,
} from '../index.ts'

/** Both directions with other implementations. jose has no ES256K and Ed448, jsonwebtoken no EdDSA. */
const claims = { sub: 'u', exp: 4_000_000_000 }
const utf8 = new TextEncoder()

async function joseKeys(key: Key, alg: string): Promise<[jose.CryptoKey | Uint8Array, jose.CryptoKey | Uint8Array]> {
  const secret = await jose.importJWK(key.privateJwk() as jose.JWK, alg)
  return [secret, key.kty === 'oct' ? secret : await jose.importJWK(key.publicJwk() as jose.JWK, alg)]
}

describe('jose', () => {
  const both = jwsAlgorithms.filter((alg) => !['ES256K', 'Ed448', ...missingAlgorithms].includes(alg))
  it.each(both)('and we verify what the other signed with %s', async (alg) => {
    const key = await generateKey(alg)
    const [secret, open] = await joseKeys(key, alg)
    const { payload } = await jose.jwtVerify(await signJwt(claims, key), open)
    expect(payload).toEqual(claims)
    const theirs = await new jose.SignJWT(claims)
      .setProtectedHeader({ alg, ...(key.kid && { kid: key.kid }) })
      .sign(secret)
    expect((await verifyJwt(theirs, key, {})).claims).toEqual(claims)
    const flattened = await signFlattenedJws('text', { key }, { unencoded: true })
    expect((await jose.flattenedVerify({ ...flattened, payload: flattened.payload ?? '' }, open)).payload).toEqual(
      utf8.encode('text'),
    )
    const signed = await new jose.FlattenedSign(utf8.encode('text'))
      .setProtectedHeader({ alg, b64: false, crit: ['b64'] })
      .sign(secret)
    expect((await verifyJwsJson({ ...signed, payload: 'text' }, key)).payload).toEqual(utf8.encode('text'))
  })

  it.each(jweAlgorithms)('and we decrypt what the other encrypted with %s', async (alg) => {
    for (const enc of jweEncryptions) {
      const key = alg.startsWith('PBES2')
        ? await importSecret('a password', { alg })
        : await generateKey(alg === 'dir' ? enc : alg)
      const [secret, open] = await joseKeys(key, alg)
      const options = { keyManagementAlgorithms: [alg], maxPBES2Count: 10_000 }
      const { plaintext } = await jose.compactDecrypt(await encryptJwe('text', key, { enc }), secret, options)
      expect(plaintext).toEqual(utf8.encode('text'))
      const theirs = await new jose.CompactEncrypt(utf8.encode('text')).setProtectedHeader({ alg, enc }).encrypt(open)
      expect((await decryptJwe(theirs, key)).plaintext).toEqual(utf8.encode('text'))
    }
  })

  it('gives the same thumbprints', async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA', 'HS256', 'ML-DSA-44']) {
      if (missingAlgorithms.includes(alg)) continue
      const jwk = (await generateKey(alg)).privateJwk()
      expect(await jwkThumbprint(jwk)).toBe(await jose.calculateJwkThumbprint(jwk as jose.JWK))
    }
  })
})

describe('jsonwebtoken', () => {
  const both = jwsAlgorithms.filter((alg) => /^(?:HS|RS|PS|ES)\d+$/.test(alg))
  it.each(both)('and we verify what the other signed with %s', async (alg) => {
    const key = await generateKey(alg)
    const isSecret = key.kty === 'oct'
    const secret = isSecret ? Buffer.from(key.privateJwk().k ?? '', 'base64url') : await exportPrivatePem(key)
    const open = isSecret ? secret : exportPublicPem(key)
    const algorithm = alg as jsonwebtoken.Algorithm
    expect(jsonwebtoken.verify(await signJwt(claims, key), open, { algorithms: [algorithm] })).toEqual(claims)
    const theirs = jsonwebtoken.sign(claims, secret, { algorithm, noTimestamp: true })
    expect((await verifyJwt(theirs, isSecret ? key : await importKey(open, { alg }), {})).claims).toEqual(claims)
  })
})
