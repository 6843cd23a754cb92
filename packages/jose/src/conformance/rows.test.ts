import { describe, expect, it } from 'vitest'
import {
  decryptJwe,
  decryptJweJson,
  encryptGeneralJwe,
  encryptJwe,
  externalKey,
  generateKey,
  importKey,
  importSecret,
  type Jwk,
  jwkThumbprint,
  KeySet,
  remoteKeySet,
  signFlattenedJws,
  signGeneralJws,
  signJws,
  signJwt,
  verifyJws,
  verifyJwsJson,
  verifyJwt,
  sign as makeSignature,
} from '../index.ts'

const code = (value: string): unknown => expect.objectContaining({ code: value }) as unknown
const decode = (part = ''): string => Buffer.from(part, 'base64url').toString()

describe('signatures, by the rows of Authlib, joserfc and PyJWT', () => {
  it('AJ-01: the same input makes the same token, its header in one order', async () => {
    const key = await importSecret(new Uint8Array(32).fill(7), { alg: 'HS256', kid: 'a' })
    const token = await signJwt({ exp: 1 }, key)
    expect(await signJwt({ exp: 1 }, key)).toBe(token)
    expect(decode(token.split('.')[0])).toBe('{"alg":"HS256","typ":"JWT","kid":"a"}')
  })

  it('AJ-02, JJ-01: what is no token is told from one that does not hold', async () => {
    const key = await generateKey('ES256')
    const [header = '', payload = '', signature = ''] = (await signJws('x', key)).split('.')
    expect((await verifyJws(`${header}.${payload}.${signature}`, key)).header).toMatchObject({ alg: 'ES256' })
    const headers = ['{', '[]', '"x"'].map((text) => Buffer.from(text).toString('base64url'))
    const tokens = headers.map((wrong) => `${wrong}.${payload}.${signature}`)
    for (const token of [`${header}.${payload}`, `${header}.${payload}.${signature}.x`, ...tokens]) {
      await expect(verifyJws(token, key)).rejects.toEqual(code('decode_error'))
    }
    await expect(verifyJws(`${header}.eHg.${signature}`, key)).rejects.toEqual(code('bad_signature'))
  })

  it('AJ-04: an empty payload is a payload (RFC 7515 §2)', async () => {
    const key = await generateKey('ES256')
    expect((await verifyJws(await signJws('', key), key)).payload).toEqual(new Uint8Array())
    for (const jws of [await signFlattenedJws('', { key }), await signGeneralJws('', [{ key }])]) {
      expect(jws.payload).toBe('')
      expect((await verifyJwsJson(jws, key)).payload).toEqual(new Uint8Array())
    }
  })

  it('AJ-07: crit is not made outside of the protected header (RFC 7515 §4.1.11)', async () => {
    const key = await generateKey('ES256')
    const unprotected = { crit: ['x'], x: 1 }
    await expect(signFlattenedJws('x', { key, unprotected })).rejects.toEqual(code('invalid_header'))
  })

  it('AJ-09: a resolver is asked about each signature, and a key in the header is not used without one', async () => {
    const keys = new Map(
      await Promise.all(['a', 'b'].map(async (kid) => [kid, await generateKey('ES256', { kid })] as const)),
    )
    const signers = [...keys.values()].map((key) => ({ key, header: { jwk: key.publicJwk() } }))
    const jws = await signGeneralJws('x', signers)
    const asked: unknown[] = []
    const { signatures } = await verifyJwsJson(jws, ({ kid = '' }) => {
      asked.push(kid)
      return keys.get(kid) ?? KeySet.of()
    })
    expect(asked).toEqual(['a', 'b'])
    expect(signatures.map(({ key }) => key)).toEqual([...keys.values()])
    await expect(verifyJwsJson(jws, () => KeySet.of())).rejects.toEqual(code('key_not_found'))
  })

  it('AJ-38, JJ-30: a key, a set or a resolver verifies, and of a set what kid, use and alg leave over', async () => {
    const key = await generateKey('ES256', { kid: 'a' })
    const token = await signJws('x', key)
    const jwk = key.publicJwk()
    const set = KeySet.from({ keys: [{ ...jwk, use: 'enc' }, { ...jwk, alg: 'ES384' }, { ...jwk, kid: 'b' }, jwk] })
    for (const keys of [key, set, () => key, () => set]) {
      expect((await verifyJws(token, keys)).key.publicJwk()).toEqual(jwk)
    }
    await expect(verifyJws(token, KeySet.from({ keys: [{ ...jwk, use: 'enc' }] }))).rejects.toEqual(
      code('key_not_found'),
    )
  })

  it('JJ-04: a token whose payload is taken out verifies with the payload beside it (RFC 7515 Appendix F)', async () => {
    const key = await generateKey('ES256')
    const [header = '', , signature = ''] = (await signJws('beside', key)).split('.')
    const detached = `${header}..${signature}`
    expect(
      decode(Buffer.from((await verifyJws(detached, key, { payload: 'beside' })).payload).toString('base64url')),
    ).toBe('beside')
    await expect(verifyJws(detached, key)).rejects.toEqual(code('bad_signature'))
    await expect(verifyJws(detached, key, { payload: 'other' })).rejects.toEqual(code('bad_signature'))
  })

  it('PJ-08: detached and unencoded together (RFC 7797 §5.1)', async () => {
    const key = await generateKey('ES256')
    const payload = new Uint8Array([0, 46, 255])
    const token = await signJws(payload, key, { detached: true, unencoded: true })
    expect((await verifyJws(token, key, { payload })).payload).toEqual(payload)
  })

  it('JJ-26: use and key_ops that disagree leave a key for nothing (RFC 7517 §4.3)', async () => {
    const { use: _, ...jwk } = (await generateKey('ES256')).privateJwk()
    const key = await importKey({ ...jwk, use: 'sig', key_ops: ['deriveKey'] })
    await expect(signJws('x', key)).rejects.toEqual(code('invalid_key'))
    for (const wrong of [{ use: 1 }, { key_ops: 'sign' }, { key_ops: ['sign', 'sign'] }, { kid: 1 }, { alg: null }]) {
      await expect(importKey({ ...jwk, ...wrong } as unknown as Jwk)).rejects.toEqual(code('invalid_key'))
    }
  })

  it('AJ-44: of a claim that is a list, one value must be among those that are asked for', async () => {
    const key = await generateKey('ES256')
    const token = await signJwt({ groups: ['c', 'b'] }, key, { lifetime: 60 })
    const wanting = (...values: string[]) => verifyJwt(token, key, { claims: { groups: { values } } })
    expect((await wanting('a', 'b')).claims['groups']).toEqual(['c', 'b'])
    await expect(wanting('a', 'd')).rejects.toEqual(code('invalid_claim'))
  })

  it('PJ-15: times are numbers, and never strings that look like one', async () => {
    const key = await generateKey('ES256')
    const token = await signJws(JSON.stringify({ exp: 4e9, iat: '1' }), key)
    await expect(verifyJwt(token, key, {})).rejects.toEqual(code('invalid_claim'))
  })
})

describe('encryption, by the rows of Authlib and joserfc', () => {
  it('AJ-19: unknown members of a JSON serialization are ignored (RFC 7516 §7.2.1)', async () => {
    const key = await generateKey('A256KW')
    const jwe = await encryptGeneralJwe('x', [{ key }])
    const strange = { ...jwe, extra: 1, recipients: jwe.recipients.map((recipient) => ({ ...recipient, extra: [] })) }
    expect((await decryptJweJson(strange, key)).header).not.toHaveProperty('extra')
  })

  it('AJ-20: a recipient without a kid is found by trying, few keys at most', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => generateKey('A256KW')))
    const jwe = await encryptGeneralJwe('x', [{ key: keys[3]! }])
    expect((await decryptJweJson(jwe, KeySet.of(...keys.slice(1)))).key).toBe(keys[3])
    await expect(decryptJweJson(jwe, KeySet.of(...keys))).rejects.toEqual(code('key_not_found'))
  })

  it('AJ-23, AJ-24, JJ-15: a secret has the length of its algorithm (RFC 7518 §4.4, §4.7)', async () => {
    for (const alg of ['A128KW', 'A192KW', 'A256KW', 'A128GCMKW', 'A192GCMKW', 'A256GCMKW']) {
      const wrong = await importSecret(new Uint8Array(20).fill(1), { alg })
      await expect(encryptJwe('x', wrong)).rejects.toEqual(code('invalid_key'))
    }
  })

  it('AJ-25, JJ-15: a direct key has the length of the content encryption (RFC 7518 §4.5)', async () => {
    const short = await importSecret(new Uint8Array(16).fill(1), { alg: 'dir' })
    for (const enc of ['A256GCM', 'A128CBC-HS256']) {
      await expect(encryptJwe('x', short, { enc })).rejects.toEqual(code('invalid_key'))
    }
    const token = await encryptJwe('x', short) // with what fits its length
    expect((await decryptJwe(token, short)).header).toMatchObject({ alg: 'dir', enc: 'A128GCM' })
    const long = await importSecret(new Uint8Array(32).fill(1), { alg: 'dir' })
    await expect(decryptJwe(token, long)).rejects.toEqual(code('decryption_failed'))
  })

  it('AJ-26: only the private half decrypts, and only on a curve for agreement (RFC 7518 §4.6)', async () => {
    const key = await generateKey('ECDH-ES+A128KW')
    const token = await encryptJwe('x', key)
    await expect(decryptJwe(token, await importKey(key.publicJwk()))).rejects.toEqual(code('invalid_key'))
    const { alg: _, use: __, ...signing } = (await generateKey('Ed25519')).publicJwk()
    await expect(encryptJwe('x', await importKey(signing), { alg: 'ECDH-ES' })).rejects.toEqual(code('invalid_key'))
  })
})

it('JJ-16: a password is stretched a thousand times at least (RFC 7518 §4.8.1.2)', async () => {
  const password = await importSecret('a password', { alg: 'PBES2-HS256+A128KW' })
  for (const iterations of [0, 999, 1e9 + 0.5, Number.NaN]) {
    await expect(encryptJwe('x', password, { iterations })).rejects.toThrow(TypeError)
  }
  const token = await encryptJwe('x', password, { iterations: 1000 })
  expect((await decryptJwe(token, password)).header['p2c']).toBe(1000)
  await expect(decryptJwe(token, password, { maxIterations: 999 })).rejects.toEqual(code('invalid_header'))
})

describe('keys, by the rows of Authlib, joserfc and PyJWT', () => {
  it('AJ-34: a key that is made has its thumbprint for a name (RFC 7638 §3)', async () => {
    for (const alg of ['RS256', 'ES256', 'Ed25519', 'ECDH-ES']) {
      const key = await generateKey(alg)
      expect(key.kid).toBe(await jwkThumbprint(key.publicJwk()))
    }
  })

  it('PJ-17: a secret is as long as the hash, to sign and to verify (RFC 7518 §3.2)', async () => {
    for (const [alg, length] of Object.entries({ HS256: 32, HS384: 48, HS512: 64 })) {
      const secret = new Uint8Array(length).fill(1)
      const key = await importSecret(secret, { alg })
      expect((await verifyJws(await signJws('x', key), key)).header.alg).toBe(alg)
      const short = await importSecret(secret.subarray(1), { alg })
      const weak = await importSecret(secret.subarray(1), { alg, allowWeak: true })
      const token = await signJws('x', weak)
      await expect(signJws('x', short)).rejects.toEqual(code('invalid_key'))
      await expect(verifyJws(token, short)).rejects.toEqual(code('invalid_key'))
    }
  })

  it('AJ-37: what is too weak, or no algorithm, is not made', async () => {
    await expect(generateKey('RS256', { modulusLength: 1024 })).rejects.toEqual(code('invalid_key'))
    for (const alg of ['none', 'P-256', 'RSA', 'PBES2-HS256+A128KW', '']) {
      await expect(generateKey(alg)).rejects.toEqual(code('unsupported_algorithm'))
    }
  })

  it('AJ-33: nothing private leaves by accident', async () => {
    for (const alg of ['RS256', 'ES256', 'Ed25519', 'HS256', 'A256KW', 'ECDH-ES']) {
      const key = await generateKey(alg, { kid: 'x' })
      const shown = JSON.stringify([key, KeySet.of(key), { key }])
      for (const name of ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi']) expect(shown).not.toContain(`"${name}":`)
    }
  })

  it('JJ-32: a service that signs with another key than it should is found out at once', async () => {
    const [mine, theirs] = await Promise.all([generateKey('ES256'), generateKey('ES256')])
    const sign = async (input: Uint8Array) => Buffer.from(await makeSignature(theirs, 'ES256', input), 'base64url')
    await expect(signJws('x', externalKey(mine.publicJwk(), { sign }))).rejects.toEqual(code('invalid_key'))
  })

  it('PJ-23: headers go out to a remote key set', async () => {
    const seen: (string | null)[] = []
    const answer = (_: unknown, init?: RequestInit) => {
      seen.push(new Headers(init?.headers).get('x-tenant'))
      return Promise.resolve(Response.json({ keys: [] }))
    }
    const keys = remoteKeySet('https://as.example/jwks', { fetch: answer, headers: { 'x-tenant': 'blue' } })
    expect((await keys.get()).size).toBe(0)
    expect(seen).toEqual(['blue'])
  })
})
