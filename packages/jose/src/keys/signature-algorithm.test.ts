import { createHmac, generateKeyPairSync, type JsonWebKey, sign, verify } from 'node:crypto'
import { memoryStore } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import {
  externalKey,
  findJwsRow,
  generateKey,
  importKey,
  importSecret,
  type Jwk,
  type JwsRow,
  JoseError,
  KeySet,
  signatureAlgorithm,
  signJws,
  signJwt,
  storedKeys,
  verifyJws,
  verifyJwt,
} from '../index.ts'
import { withFallback } from '../shared/with-fallback.ts'

const row: JwsRow = { alg: 'X-BLAKE2B', family: 'custom', kty: 'oct', hash: 'SHA-512', signatureLength: 64 }
const asked: Uint8Array[] = []
const mac = (jwk: Jwk) => (input: Uint8Array) =>
  createHmac('blake2b512', Buffer.from(jwk.k!, 'base64url')).update(input).digest()
const blake = signatureAlgorithm({
  row,
  prepareSigner: mac,
  prepareVerifier: (jwk) => (input, signature) => {
    asked.push(signature)
    return mac(jwk)(input).equals(signature)
  },
  generate: () => ({ kty: 'oct', k: Buffer.alloc(64, 7).toString('base64url') }),
})
const implementations = [blake]

/** Ed25519 of the bytes backwards, as an example with two halves. */
const reversed = signatureAlgorithm({
  row: { alg: 'X-ED', family: 'custom', kty: 'OKP', crv: 'Ed25519', hash: 'SHA-512', signatureLength: 64 },
  prepareSigner: (jwk) => (input) => signReversed(jwk, input),
  prepareVerifier: (jwk) => (input, signature) =>
    verify(null, input.toReversed(), { key: jwk as JsonWebKey, format: 'jwk' }, signature),
  generate: () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as Jwk,
})

function signReversed(jwk: Jwk, input: Uint8Array): Uint8Array {
  return sign(null, input.toReversed(), { key: jwk as JsonWebKey, format: 'jwk' })
}

const claims = { sub: 'u', exp: 4_000_000_000 }

describe('an algorithm of one’s own', () => {
  it('signs and verifies with the keys that it was given to, and is not known elsewhere (AJ-11, JJ-31, PJ-09)', async () => {
    const key = await generateKey('X-BLAKE2B', { implementations })
    expect(key).toMatchObject({ kty: 'oct', alg: 'X-BLAKE2B', use: 'sig' })
    const token = await signJwt(claims, key)
    expect((await verifyJwt(token, key, {})).header).toEqual({ alg: 'X-BLAKE2B', typ: 'JWT' })
    const set = KeySet.from({ keys: [{ ...key.privateJwk(), kid: 'a' }] }, { implementations })
    for (const keys of [set, KeySet.of(key)]) expect((await verifyJwt(token, keys, {})).claims).toEqual(claims)
    const { k } = key.privateJwk()
    const same = await importSecret(Buffer.from(k!, 'base64url'), { implementations })
    const algorithms = ['X-BLAKE2B']
    expect((await verifyJwt(token, same, { algorithms })).claims).toEqual(claims)
    const stranger = await importKey({ kty: 'oct', k: k! })
    await expect(verifyJwt(token, stranger, { algorithms })).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    const strangers = KeySet.from({ keys: [key.privateJwk()] })
    await expect(verifyJwt(token, strangers, { algorithms })).rejects.toMatchObject({ code: 'key_not_found' })
    await expect(generateKey('X-BLAKE2B')).rejects.toMatchObject({ code: 'unsupported_algorithm' })
  })

  it('rotates in a store, and signs in a service of one’s own', async () => {
    const keys = storedKeys({
      store: memoryStore(),
      secrets: ['0123456789abcdef0123456789abcdef'],
      algorithms: ['X-ED'],
      implementations: [reversed],
    })
    const token = await signJwt(claims, await keys.signingKey())
    expect((await verifyJwt(token, await keys.keySet(), {})).header.alg).toBe('X-ED')
    const jwk = (await keys.signingKey()).privateJwk()
    const { d: _, ...open } = jwk
    const sign = async (input: Uint8Array) => signReversed(jwk, input)
    const external = externalKey(open, { sign }, { implementations: [reversed] })
    expect((await verifyJwt(await signJwt(claims, external), await keys.keySet(), {})).claims).toEqual(claims)
    const wrong = externalKey(open, { sign: async () => Buffer.alloc(64) }, { implementations: [reversed] })
    await expect(signJwt(claims, wrong)).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(signJwt(claims, externalKey(open, { sign }))).rejects.toMatchObject({ code: 'unsupported_algorithm' })
  })

  it('is asked about signatures of its length in strict base64url only, and obeys alg, use and key_ops', async () => {
    const key = await generateKey('X-BLAKE2B', { implementations })
    const token = await signJws('x', key)
    const end = token.lastIndexOf('.') + 1
    const signature = Buffer.from(token.slice(end), 'base64url')
    asked.length = 0
    for (const malformed of [
      '',
      `${token.slice(end)}=`,
      `${token.slice(end)}AA`,
      '!',
      signature.subarray(1).toString('base64url'),
    ])
      await expect(verifyJws(token.slice(0, end) + malformed, key)).rejects.toMatchObject({ code: 'bad_signature' })
    expect(asked).toEqual([])
    signature[0]! ^= 1
    const tampered = token.slice(0, end) + signature.toString('base64url')
    await expect(verifyJws(tampered, key)).rejects.toMatchObject({ code: 'bad_signature' })
    expect(asked).toHaveLength(1)
    const { alg: _, ...jwk } = key.privateJwk()
    for (const rule of [{ alg: 'HS256' }, { use: 'enc' }, { key_ops: ['sign'] }])
      await expect(
        verifyJws(token, await importKey({ ...jwk, use: 'sig', ...rule }, { implementations }), {
          algorithms: ['X-BLAKE2B'],
        }),
      ).rejects.toMatchObject({ code: 'invalid_key' })
  })

  it('may have keys of the type AKP, as long as its row says (RFC 9964 §3)', async () => {
    const akp = signatureAlgorithm({
      row: { ...row, alg: 'X-AKP', kty: 'AKP', publicLength: 5, privateLength: 3, signatureLength: 2 },
      prepareSigner: () => () => Uint8Array.of(1, 2),
      prepareVerifier: () => (_, signature) => signature[0] === 1 && signature[1] === 2,
    })
    const jwk = { kty: 'AKP', alg: 'X-AKP', pub: 'AQEBAQE', priv: 'AQEB' }
    const key = await importKey(jwk, { implementations: [akp] })
    expect((await verifyJws(await signJws('x', key), key)).key).toBe(key)
    expect(key.publicJwk()).toEqual({ kty: 'AKP', alg: 'X-AKP', pub: 'AQEBAQE' })
    for (const bad of [
      { ...jwk, pub: 'AQEB' },
      { ...jwk, priv: 'AQEBAQ' },
    ])
      await expect(importKey(bad, { implementations: [akp] })).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(importKey(jwk)).rejects.toMatchObject({ code: 'invalid_key' })
  })
})

describe('names', () => {
  const code = { prepareSigner: mac, prepareVerifier: () => () => true }

  it.each([
    ['none', row],
    ['NONE', row],
    ['HS256', row],
    ['EdDSA', row],
    ['X-OTHER', findJwsRow('ES256K')!],
    ['X-EMPTY', { ...row, signatureLength: 0 }],
  ])('%s: a name means one thing', (alg, other) => {
    expect(() => signatureAlgorithm({ ...code, row: { ...other, alg } })).toThrow(TypeError)
  })

  it('are not given twice (PJ-09)', async () => {
    const twice = { implementations: [blake, blake] }
    await expect(importKey({ kty: 'oct', k: 'AAAA' }, twice)).rejects.toBeInstanceOf(TypeError)
    await expect(generateKey('HS256', twice)).rejects.toBeInstanceOf(TypeError)
    expect(() => KeySet.from({ keys: [] }, twice)).toThrow(TypeError)
  })

  it('may be given to each key of a set anew', async () => {
    const again = { implementations: [{ ...blake }] }
    const [one, other] = [await generateKey('X-BLAKE2B', { implementations }), await generateKey('X-BLAKE2B', again)]
    const keys = KeySet.of(one, other)
    expect(keys.find({ alg: 'X-BLAKE2B' })).toEqual([one, other])
    expect((await verifyJwt(await signJwt(claims, other), keys, {})).claims).toEqual(claims)
  })

  it('of the table are for a runtime that lacks them: what it has stays its own', async () => {
    const liar = signatureAlgorithm({ ...code, row: findJwsRow('ES256')! })
    const key = await generateKey('ES256', { implementations: [liar] })
    const token = await signJws('x', key)
    const [head, body] = token.split('.')
    const forged = `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`
    await expect(verifyJws(forged, key)).rejects.toMatchObject({ code: 'bad_signature' })
  })
})

describe('a fallback', () => {
  it('takes the place of what is missing, and of nothing else', async () => {
    const missing = new JoseError('unsupported_algorithm', 'missing')
    const fail = (error: Error) => () => Promise.reject(error)
    expect(await withFallback(() => 1, fail(missing))).toBe(1)
    expect(await withFallback(fail(missing), () => 2)).toBe(2)
    await expect(withFallback(fail(missing), undefined)).rejects.toBe(missing)
    const other = new JoseError('invalid_key', 'invalid')
    await expect(withFallback(fail(other), () => 2)).rejects.toBe(other)
  })
})
