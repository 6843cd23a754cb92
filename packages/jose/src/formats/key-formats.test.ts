import { createHash, createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  exportPrivateDer,
  exportPrivatePem,
  exportPublicDer,
  exportPublicPem,
  exportPublicSsh,
  externalKey,
  generateKey,
  importKey,
  importSecret,
  type Jwk,
  type Key,
  signJwt,
  verifyJwt,
  sign as makeSignature,
} from '../index.ts'

const files = JSON.parse(readFileSync(new URL('../../vectors/keys-of-other-tools.json', import.meta.url), 'utf8')) as {
  password: string
  ec: Record<'pkcs8' | 'withoutPublic' | 'certificate' | 'pbes2Sha512Aes256' | 'pbes2Sha1Aes128', string>
  ecWithParameters: string
  rsaPss384: Record<'pkcs8' | 'certificate', string>
  ssh: { public: string; private: string }[]
  sshEd25519: string
}

const pairs = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  secp256k1: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  Ed25519: generateKeyPairSync('ed25519'),
  Ed448: generateKeyPairSync('ed448'),
  X25519: generateKeyPairSync('x25519'),
  X448: generateKeyPairSync('x448'),
}

describe.each(Object.entries(pairs))('a key %s', (_, { privateKey, publicKey }) => {
  const privateJwk = privateKey.export({ format: 'jwk' }) as Jwk
  const publicJwk = publicKey.export({ format: 'jwk' }) as Jwk
  const expectPrivate = (key: Key) => expect(key.privateJwk()).toEqual(privateJwk)

  it('comes as JWK, its text, PKCS#8, SPKI and KeyObject (AJ-31, AJ-32, AJ-47, JJ-22, PJ-19)', async () => {
    expectPrivate(await importKey(privateJwk))
    expectPrivate(await importKey(JSON.stringify(privateJwk, null, 2)))
    expectPrivate(await importKey(privateKey.export({ format: 'pem', type: 'pkcs8' })))
    expectPrivate(await importKey(privateKey.export({ format: 'der', type: 'pkcs8' })))
    expectPrivate(await importKey(privateKey))
    for (const material of [
      publicJwk,
      publicKey.export({ format: 'pem', type: 'spki' }),
      publicKey.export({ format: 'der', type: 'spki' }),
      publicKey,
    ]) {
      const key = await importKey(material)
      expect(key.isPrivate).toBe(false)
      expect(key.publicJwk()).toEqual(publicJwk)
      expect(() => key.privateJwk()).toThrow(expect.objectContaining({ code: 'invalid_key' }))
    }
  })

  it('goes out as OpenSSL would write it (JJ-24)', async () => {
    const key = await importKey(privateJwk)
    expect(exportPublicPem(key)).toBe(publicKey.export({ format: 'pem', type: 'spki' }))
    expect(await exportPrivatePem(key)).toBe(privateKey.export({ format: 'pem', type: 'pkcs8' }))
    expect(exportPublicDer(key)).toEqual(new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })))
  })

  it('travels under a password in both directions (RFC 8018, AJ-32, JJ-22, JJ-24)', async () => {
    const key = await importKey(privateJwk)
    const pem = await exportPrivatePem(key, { password: 'pa ss', iterations: 1000 })
    expect(createPrivateKey({ key: pem, passphrase: 'pa ss' }).export({ format: 'jwk' })).toEqual(privateJwk)
    const foreign = privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'pa ss' })
    expectPrivate(await importKey(foreign, { password: 'pa ss' }))
    await expect(importKey(foreign)).rejects.toMatchObject({ code: 'invalid_key' })
    await expect(importKey(foreign, { password: 'other' })).rejects.toMatchObject({ code: 'invalid_key' })
    for (const options of [
      { password: '' },
      { password: 'x', iterations: 0 },
      { password: 'x', iterations: 3_000_000 },
    ])
      await expect(exportPrivatePem(key, options)).rejects.toBeInstanceOf(TypeError)
  })
})

it('a key RSA comes and goes as PKCS#1 (RFC 8017 A.1, PJ-19)', async () => {
  const { privateKey, publicKey } = pairs.RSA
  const pem = privateKey.export({ format: 'pem', type: 'pkcs1' }) as string
  const key = await importKey(pem)
  expect(key.privateJwk()).toEqual(privateKey.export({ format: 'jwk' }))
  expect(await exportPrivatePem(key, { format: 'pkcs1' })).toBe(pem)
  const publicPem = publicKey.export({ format: 'pem', type: 'pkcs1' }) as string
  expect((await importKey(publicPem)).publicJwk()).toEqual(publicKey.export({ format: 'jwk' }))
  expect(exportPublicPem(key, { format: 'pkcs1' })).toBe(publicPem)
  await expect(exportPrivateDer(key, { format: 'sec1' })).rejects.toMatchObject({ code: 'invalid_key' })
})

it.each(['P-256', 'P-384', 'P-521', 'secp256k1'] as const)(
  'a key %s comes and goes as SEC1 (RFC 5915)',
  async (name) => {
    const { privateKey } = pairs[name]
    const pem = privateKey.export({ format: 'pem', type: 'sec1' }) as string
    const key = await importKey(pem)
    expect(key.privateJwk()).toEqual(privateKey.export({ format: 'jwk' }))
    expect(await exportPrivatePem(key, { format: 'sec1' })).toBe(pem)
    expect(() => exportPublicDer(key, { format: 'pkcs1' })).toThrow(expect.objectContaining({ code: 'invalid_key' }))
  },
)

describe('keys of other tools', () => {
  const expected = createPrivateKey(files.ec.pkcs8).export({ format: 'jwk' })

  it.each(['pkcs8', 'withoutPublic', 'pbes2Sha512Aes256', 'pbes2Sha1Aes128'] as const)(
    'read an EC key written as %s',
    async (form) => {
      expect((await importKey(files.ec[form], { password: files.password })).privateJwk()).toEqual(expected)
    },
  )

  it('read the public key of a certificate (RFC 5280, AJ-32, JJ-22, PJ-19)', async () => {
    const { d: _, ...publicJwk } = expected
    expect((await importKey(files.ec.certificate)).publicJwk()).toEqual(publicJwk)
  })

  it('read a SEC1 file that starts with its parameters', async () => {
    const { x, y, d } = createPrivateKey(files.ecWithParameters).export({ format: 'jwk' })
    expect((await importKey(files.ecWithParameters)).privateJwk()).toMatchObject({ x, y, d })
  })

  it('bind a key for RSASSA-PSS to its algorithm (RFC 4055 §3.1)', async () => {
    for (const material of [
      files.rsaPss384.pkcs8,
      files.rsaPss384.certificate,
      createPrivateKey(files.rsaPss384.pkcs8),
    ]) {
      expect((await importKey(material)).alg).toBe('PS384')
      await expect(importKey(material, { alg: 'RS256' })).rejects.toMatchObject({ code: 'invalid_key' })
    }
  })

  it.each(files.ssh)(
    'read the OpenSSH public key $public (AJ-32, JJ-22, PJ-19)',
    async ({ public: line, private: pem }) => {
      expect((await importKey(line)).publicJwk()).toEqual(createPublicKey(pem).export({ format: 'jwk' }))
    },
  )

  it.each([...files.ssh.map((pair) => pair.public), files.sshEd25519])(
    'are what OpenSSH makes of the key: %s (RFC 4253 §6.6)',
    async (line) => {
      const [type, body] = line.split(/\s/)
      expect(exportPublicSsh(await importKey(line))).toBe(`${type} ${body}`)
    },
  )

  it('exist for no other keys, and not for secrets', async () => {
    for (const { privateKey } of [pairs.secp256k1, pairs.Ed448, pairs.X25519, pairs.X448]) {
      const key = await importKey(privateKey)
      expect(() => exportPublicSsh(key)).toThrow(expect.objectContaining({ code: 'invalid_key' }))
    }
    const secret = await importSecret(new Uint8Array(32).fill(1))
    expect(() => exportPublicSsh(secret)).toThrow(expect.objectContaining({ code: 'invalid_key' }))
  })

  it('read an Ed25519 key of OpenSSH (RFC 8709)', async () => {
    const key = await importKey(files.sshEd25519)
    expect(key.crv).toBe('Ed25519')
    const spki = createPublicKey({ key: Buffer.from(exportPublicDer(key)), format: 'der', type: 'spki' })
    expect(spki.export({ format: 'jwk' })).toEqual(key.publicJwk())
  })
})

describe('a key that is not quite one', () => {
  const patch = (bytes: Uint8Array, from: string, to: string) => {
    const hex = Buffer.from(bytes).toString('hex')
    expect(hex).toContain(from)
    return Buffer.from(hex.replace(from, to), 'hex')
  }
  const refused = async (material: Uint8Array | string, options = {}) =>
    expect(importKey(material, options)).rejects.toMatchObject({ code: 'invalid_key' })

  it('has DER that is not distinguished (X.690 §8.3.2, §8.6.2, §10.1)', async () => {
    const key = await importKey(pairs['P-256'].privateKey)
    const spki = exportPublicDer(key)
    await importKey(patch(spki, '034200', '034200'))
    await refused(patch(spki, '034200', '034201')) // a bit that is not used
    await refused(patch(spki, '3059', '308159')) // a length in two bytes
    const pkcs8 = await exportPrivateDer(key)
    await refused(patch(pkcs8, '020100', '020102')) // a version that does not exist
    const rsa = exportPublicDer(await importKey(pairs.RSA.publicKey), { format: 'pkcs1' })
    const long = patch(patch(rsa, '0203010001', '020400010001'), '3082010a', '3082010b')
    await refused(long) // an exponent with a zero too many
  })

  it('names another curve inside than outside (RFC 5915 §3)', async () => {
    const inner = await exportPrivateDer(await importKey(pairs['P-256'].privateKey), { format: 'sec1' })
    await importKey(inner)
    const hex = Buffer.from(inner).toString('hex')
    const outer = (curve: string) => {
      const algorithm = `06072a8648ce3d0201${curve}`
      const body = `020100${der('30', algorithm)}${der('04', hex)}`
      return Buffer.from(der('30', body), 'hex')
    }
    await importKey(outer('06082a8648ce3d030107'))
    await refused(outer('06052b8104000a'))
  })

  it('asks for more iterations than anyone has time for (RFC 8018 §4.2)', async () => {
    const key = await importKey(pairs['P-256'].privateKey)
    const der = await exportPrivateDer(key, { password: 'x', iterations: 65_536 })
    await importKey(der, { password: 'x' })
    await refused(patch(der, '0203010000', '02037f0000'), { password: 'x' })
    await refused(patch(der, '0203010000', '0203000000'), { password: 'x' })
  })

  it('says another type to OpenSSH than it is (RFC 4253 §6.6)', async () => {
    await refused(files.sshEd25519.replace('ssh-ed25519', 'ssh-rsa'))
    await refused(files.ssh[0]!.public.replace(/^\S+/, 'ssh-ed25519'))
  })

  it('has private numbers that belong to another modulus (RFC 8017 §3.2)', async () => {
    const { n, e, d } = pairs.RSA.privateKey.export({ format: 'jwk' })
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
    expect((await importKey({ kty: 'RSA', n: n!, e: e!, d: d! })).privateJwk()).toHaveProperty('p')
    const foreign = await importKey({ kty: 'RSA', n: other.n!, e: e!, d: d! }, { alg: 'RS256' })
    expect(() => foreign.privateJwk()).toThrow(expect.objectContaining({ code: 'invalid_key' }))
    await expect(signJwt({ exp: 2e9 }, foreign)).rejects.toMatchObject({ code: 'invalid_key' })
  })
})

/** In hexadecimal form, of fewer than 256 bytes. */
function der(tag: string, body: string): string {
  const length = (body.length / 2).toString(16).padStart(2, '0')
  return tag + (body.length / 2 < 128 ? length : `81${length}`) + body
}

describe('partial keys', () => {
  it('get back the factors that an RSA key leaves out (RFC 7518 §6.3.2, AJ-36, PJ-20)', async () => {
    const jwk = pairs.RSA.privateKey.export({ format: 'jwk' }) as Jwk
    const { p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...partial } = jwk
    const key = await importKey(partial, { alg: 'RS256' })
    const recovered = key.privateJwk()
    expect([recovered.p, recovered.q].toSorted()).toEqual([jwk.p, jwk.q].toSorted())
    await verifyJwt(await signJwt({ exp: 2e9 }, key), await importKey(pairs.RSA.publicKey, { alg: 'RS256' }), {})
    await expect(importKey({ ...partial, p: jwk.p } as Jwk)).rejects.toMatchObject({ code: 'invalid_key' })
    const wrong = await importKey({ ...partial, d: jwk.n } as Jwk, { alg: 'RS256' })
    await expect(signJwt({ exp: 2e9 }, wrong)).rejects.toMatchObject({ code: 'invalid_key' })
  })
})

describe('secrets', () => {
  const secret = createHash('sha512').update('x').digest()

  it('come as bytes, text, JWK and KeyObject (AJ-31, JJ-22)', async () => {
    const jwk = { kty: 'oct', k: secret.toString('base64url') }
    for (const key of [
      await importSecret(secret),
      await importKey(jwk),
      await importKey(createSecretKey(secret)),
      await importKey(secret, { alg: 'HS512' }),
    ]) {
      expect(key.privateJwk()).toMatchObject(jwk)
      expect(() => key.publicJwk()).toThrow(expect.objectContaining({ code: 'invalid_key' }))
      expect(JSON.stringify(key)).not.toContain(jwk.k)
    }
    expect((await importSecret('a text of no less than 32 bytes..')).privateJwk().k).toBe(
      Buffer.from('a text of no less than 32 bytes..').toString('base64url'),
    )
  })

  it('that are short need a loud word (RFC 7518 §3.2, JJ-27)', async () => {
    const short = secret.subarray(0, 31)
    await expect(signJwt({}, await importSecret(short, { alg: 'HS256' }), { lifetime: null })).rejects.toMatchObject({
      code: 'invalid_key',
    })
    await signJwt({}, await importSecret(short, { alg: 'HS256', allowWeak: true }), { lifetime: null })
    await expect(importSecret('', { allowWeak: true })).rejects.toMatchObject({ code: 'invalid_key' })
  })
})

describe('keys that are kept elsewhere', () => {
  it('sign as a CryptoKey that cannot be exported', async () => {
    for (const [name, alg] of [
      ['ECDSA', 'ES256'],
      ['Ed25519', 'EdDSA'],
    ] as const) {
      const algorithm = { name, namedCurve: 'P-256' }
      const pair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
      const key = await importKey(pair)
      expect(key).toMatchObject({ alg, use: 'sig' })
      expect(
        (
          await verifyJwt(await signJwt({ exp: 2e9, sub: 'a' }, key), await importKey(pair.publicKey), {
            algorithms: [alg],
          })
        ).claims.sub,
      ).toBe('a')
      expect(() => key.privateJwk()).toThrow(expect.objectContaining({ code: 'invalid_key' }))
      await expect(importKey(pair.privateKey)).rejects.toMatchObject({ code: 'invalid_key' })
    }
  })

  it('sign through a service, whose first signature is checked', async () => {
    const inside = await generateKey('ES256')
    const sign = async (input: Uint8Array, alg: string) =>
      Buffer.from(await makeSignature(inside, alg, input), 'base64url')
    const key = externalKey(inside.publicJwk(), { sign })
    await verifyJwt(await signJwt({ exp: 2e9 }, key), inside, {})
    const wrong = externalKey((await generateKey('ES256')).publicJwk(), { sign })
    await expect(signJwt({}, wrong, { lifetime: null })).rejects.toMatchObject({ code: 'invalid_key' })
  })
})
