import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import {
  decryptJwe,
  decryptJweJson,
  encryptJwe,
  encryptFlattenedJwe,
  exportPrivateDer,
  exportPrivatePem,
  exportPublicDer,
  exportPublicPem,
  generateKey,
  importKey,
  type Jwk,
  jwkThumbprint,
  jwsAlgorithms,
  type Key,
  KeySet,
  signFlattenedJws,
  signJws,
  signJwt,
  verifyJws,
  verifyJwsJson,
  verifyJwt,
} from '../index.ts'

const key = await generateKey('ES256', { kid: 'k' })
const secret = await generateKey('A256KW', { kid: 'k' })
const rsa = await generateKey('RS256')

/** Whatever comes in, what comes out is a result or one of our own errors. */
async function settles(run: () => unknown): Promise<boolean> {
  try {
    await run()
    return true
  } catch (error) {
    expect(error).toMatchObject({ name: 'JoseError' })
    return false
  }
}

/** A string or bytes with a few places changed. */
const mutationOf = (text: string) =>
  fc
    .array(
      fc.tuple(
        fc.nat(text.length - 1),
        fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom('.', '=', 'A', '\0')),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((changes) => {
      const characters = text.split('')
      for (const [at, character] of changes) characters[at] = character
      return characters.join('')
    })

describe('what is signed or encrypted', () => {
  it('comes out as it went in', async () => {
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (payload, detached) => {
      const token = await signJws(payload, key, { detached })
      expect((await verifyJws(token, key, detached ? { payload } : {})).payload).toEqual(payload)
      expect((await decryptJwe(await encryptJwe(payload, secret), secret)).plaintext).toEqual(payload)
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it('keeps every claim that is JSON', async () => {
    const property = fc.asyncProperty(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 6 }),
      async (extra) => {
        const claims = {
          ...(JSON.parse(JSON.stringify(extra)) as object),
          iss: 'a',
          sub: 'b',
          aud: 'c',
          exp: 2e9,
          nbf: 1,
          iat: 1,
          jti: 'd',
        }
        const { claims: read } = await verifyJwt(await signJwt(claims, key), key, {
          audience: 'c',
          clock: () => 1e9,
          maxSize: 1e6,
        })
        expect(read).toEqual(JSON.parse(JSON.stringify(claims)))
      },
    )
    await fc.assert(property, { numRuns: 100 })
  })
})

describe('what no one signed', () => {
  it('is refused with a JoseError, for any string', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.base64String(), { maxLength: 6 }).map((parts) => parts.join('.')),
      fc.json(),
    )
    const property = fc.asyncProperty(text, async (token) => {
      expect(await settles(() => verifyJwt(token, key, {}))).toBe(false)
      expect(await settles(() => verifyJws(token, key))).toBe(false)
      expect(await settles(() => decryptJwe(token, secret))).toBe(false)
    })
    await fc.assert(property, { numRuns: 500 })
  })

  it('is refused in every token that was changed', async () => {
    const jwt = await signJwt({ exp: 2e9 }, key)
    const jwe = await encryptJwe('secret', secret)
    const signed = fc.asyncProperty(mutationOf(jwt), async (token) => {
      expect(await settles(() => verifyJwt(token, key, { clock: () => 1 }))).toBe(token === jwt)
    })
    const encrypted = fc.asyncProperty(mutationOf(jwe), async (token) => {
      expect(await settles(() => decryptJwe(token, secret))).toBe(token === jwe)
    })
    await fc.assert(signed, { numRuns: 400 })
    await fc.assert(encrypted, { numRuns: 200 })
  })

  it('is refused in every JSON serialization with a member replaced', async () => {
    const jws = await signFlattenedJws('x', { key })
    const jwe = await encryptFlattenedJwe('x', { key: secret })
    const property = fc.asyncProperty(
      fc.constantFrom('payload', 'protected', 'signature', 'iv', 'tag', 'ciphertext', 'encrypted_key'),
      fc.jsonValue(),
      async (name, value) => {
        if (name in jws) expect(await settles(() => verifyJwsJson({ ...jws, [name]: value }, key))).toBe(false)
        if (name in jwe) expect(await settles(() => decryptJweJson({ ...jwe, [name]: value }, secret))).toBe(false)
      },
    )
    await fc.assert(property, { numRuns: 200 })
  })
})

describe('what is no key', () => {
  it('is refused with a JoseError, for any JSON, string or bytes', async () => {
    const member = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.base64String(),
      fc.constantFrom('AQAB', 'P-256', 'Ed25519', 'oct'),
    )
    const names = ['kty', 'crv', 'x', 'y', 'd', 'n', 'e', 'p', 'k', 'use', 'key_ops', 'kid']
    const jwk = fc
      .tuple(fc.constantFrom('RSA', 'EC', 'OKP', 'oct'), fc.dictionary(fc.constantFrom(...names), member))
      .map(([kty, members]) => ({ kty, ...members }))
    const property = fc.asyncProperty(jwk, async (value) => {
      await settles(() => importKey(value))
      expect(KeySet.from({ keys: [value as unknown as Jwk] }).find({ alg: 'ES256' })).toEqual([])
    })
    await fc.assert(property, { numRuns: 500 })
    const other = fc.asyncProperty(fc.uint8Array(), fc.string({ unit: 'binary' }), async (bytes, text) => {
      expect(await settles(() => importKey(bytes))).toBe(false)
      for (const form of [text, `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----`, `ssh-rsa ${text}`])
        expect(await settles(() => importKey(form))).toBe(false)
    })
    await fc.assert(other, { numRuns: 300 })
  })

  it('is never more than an error when bytes of a real one change (X.690 §10)', async () => {
    const keys: readonly Key[] = [key, rsa]
    const privateDers = await Promise.all(keys.map((item) => exportPrivateDer(item)))
    const ders = [...privateDers, ...keys.map((item) => exportPublicDer(item))]
    const property = fc.asyncProperty(
      fc.constantFrom(...ders),
      fc.nat(),
      fc.nat(255),
      fc.nat(3),
      async (der, at, byte, cut) => {
        const changed = Uint8Array.from(der.subarray(0, der.length - cut))
        changed[at % changed.length] = byte
        await settles(() => importKey(changed))
      },
    )
    await fc.assert(property, { numRuns: 500 })
  })

  it('is never more than an error when characters of a PEM or of a line of OpenSSH change (RFC 7468 §3)', async () => {
    const curve = Buffer.from('ecdsa-sha2-nistp256')
    const { x = '', y = '' } = key.publicJwk()
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
    const strings = [curve, Buffer.from('nistp256'), point].map((bytes) =>
      Buffer.concat([Buffer.of(0, 0, 0, bytes.length), bytes]),
    )
    const line = `${curve.toString()} ${Buffer.concat(strings).toString('base64')} me@host`
    expect((await importKey(line)).publicJwk()).toMatchObject({ x, y })
    const password = 'p'
    const pems = await Promise.all([key, rsa].map((item) => exportPrivatePem(item)))
    const sealed = await exportPrivatePem(key, { password, iterations: 1 })
    for (const text of [...pems, sealed, exportPublicPem(rsa), line]) {
      const property = fc.asyncProperty(mutationOf(text), async (changed) => {
        await settles(() => importKey(changed, { password }))
      })
      await fc.assert(property, { numRuns: 100 })
    }
  })
})

describe('any key', () => {
  it('comes back from every form it goes out in (RFC 7517, RFC 5958, RFC 5280 §4.1.2.7)', async () => {
    const algorithms = jwsAlgorithms.filter((alg) => !alg.startsWith('HS') && !missingAlgorithms.includes(alg))
    const property = fc.asyncProperty(
      fc.constantFrom(...algorithms.filter((alg) => !/^[RP]S/.test(alg)), 'ECDH-ES'),
      fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })),
      async (alg, password) => {
        const made = await generateKey(alg)
        const options = password === null ? {} : { password, iterations: 1 }
        const { kid: _, use: __, alg: own, ...rest } = made.privateJwk()
        const material = rest.kty === 'AKP' ? { ...rest, alg: own } : rest // there it is what the key is
        const forms = [await exportPrivatePem(made, options), await exportPrivateDer(made, options), material as Jwk]
        for (const form of forms) expect((await importKey(form, options)).privateJwk()).toEqual(material)
        const half = (await importKey(exportPublicPem(made))).publicJwk()
        expect((await importKey(exportPublicDer(made))).publicJwk()).toEqual(half)
        expect(await jwkThumbprint(half)).toBe(await jwkThumbprint(material as Jwk))
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })
})
