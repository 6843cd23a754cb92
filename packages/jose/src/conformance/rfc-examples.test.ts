import { createCipheriv, createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { decodeBase64url, encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { describe, expect, it } from 'vitest'
import {
  decryptJwe,
  decryptJweJson,
  type FlattenedJwe,
  type FlattenedJws,
  type GeneralJwe,
  type GeneralJws,
  importKey,
  importSecret,
  type Jwk,
  type JwkSet,
  jwkThumbprint,
  jwkThumbprintUri,
  KeySet,
  verifyJws,
  verifyJwsJson,
  verifyJwt,
  sign,
} from '../index.ts'
import { x448 } from '../extra/index.ts'
import { standardEncryption } from '../jwe/content-encryption.ts'
import { findJweEncryptionRow } from '../jwe/algorithms.ts'

interface Signed {
  readonly key: Jwk
  readonly token: string
}

/** Content under AES-CBC and HMAC: bytes in base64url. */
type Sealed = Record<'enc' | 'key' | 'plaintext' | 'iv' | 'aad' | 'ciphertext' | 'tag', string>

/** Taken from the strings of the RFCs; each test names its section. */
const rfc = JSON.parse(readFileSync(new URL('../../vectors/rfc-examples.json', import.meta.url), 'utf8')) as {
  rfc7515: Record<'A.1' | 'A.2' | 'A.3' | 'A.4', Signed> &
    Record<'A.5' | 'E', { token: string }> & { 'A.6': { jws: GeneralJws }; 'A.7': { jws: FlattenedJws } }
  rfc7516: Record<'A.1' | 'A.3', Signed & { plaintext: string }> & {
    'A.2': Signed
    'A.4': { jwe: GeneralJwe }
    'A.5': { jwe: FlattenedJwe }
  }
  rfc7517: Record<'A.1' | 'A.2' | 'A.3', JwkSet> & { B: Jwk; C: Signed & { password: string } }
  rfc7518: Record<'B.1' | 'B.2' | 'B.3', Sealed> & {
    C: { ephemeral: Jwk; recipient: Jwk; header: object; derived: string }
  }
  rfc7638: { '3.1': { key: Jwk; thumbprint: string } }
  rfc7797: Record<'4.1' | '4.2', { jws: FlattenedJws; token: string }> & { key: Jwk; payload: string }
  rfc8037: { 'A.1': Jwk; 'A.3': string; 'A.4': string } & Record<
    'A.6' | 'A.7',
    { recipient: Jwk; ephemeral: Jwk; z: string }
  >
}
const algorithms = ['HS256', 'RS256', 'ES256', 'ES512', 'EdDSA']

describe('RFC 7515', () => {
  it.each(['A.1', 'A.2', 'A.3'] as const)('verifies the JWT of Appendix %s', async (section) => {
    const { key, token } = rfc.rfc7515[section]
    const { claims } = await verifyJwt(token, await importKey(key), { algorithms, clock: () => 1_300_819_379 })
    expect(claims).toEqual({ iss: 'joe', exp: 1_300_819_380, 'http://example.com/is_root': true })
    await expect(
      verifyJwt(token, await importKey(key), { algorithms, clock: () => 1_300_819_380 }),
    ).rejects.toMatchObject({ code: 'expired_token' })
  })

  it.each([
    ['A.1', 'HS256'],
    ['A.2', 'RS256'],
  ] as const)('makes the very signature of Appendix %s with %s', async (section, alg) => {
    const { key, token } = rfc.rfc7515[section]
    const dot = token.lastIndexOf('.')
    expect(await sign(await importKey(key), alg, token.slice(0, dot))).toBe(token.slice(dot + 1))
  })

  it('verifies the JWS of Appendix A.4', async () => {
    const { key, token } = rfc.rfc7515['A.4']
    expect((await verifyJws(token, await importKey(key), { algorithms })).payload).toEqual(encodeUtf8('Payload'))
  })

  it('refuses the unsecured JWS of Appendix A.5 and the critical header of Appendix E', async () => {
    const key = await importKey(rfc.rfc7515['A.1'].key)
    for (const section of ['A.5', 'E'] as const) {
      await expect(
        verifyJws(rfc.rfc7515[section].token, key, { algorithms: [...algorithms, 'none'] }),
      ).rejects.toMatchObject({ name: 'JoseError' })
    }
  })

  it('verifies the JSON serializations of Appendices A.6 and A.7', async () => {
    const keys = KeySet.from({
      keys: [
        { ...rfc.rfc7515['A.2'].key, kid: '2010-12-29' },
        { ...rfc.rfc7515['A.3'].key, kid: 'e9bc097a-ce51-4036-9562-d2ade882db0d' },
      ],
    })
    expect((await verifyJwsJson(rfc.rfc7515['A.6'].jws, keys, { algorithms })).signatures).toHaveLength(2)
    expect((await verifyJwsJson(rfc.rfc7515['A.7'].jws, keys, { algorithms })).signatures).toHaveLength(1)
  })
})

describe('RFC 7516', () => {
  it.each(['A.1', 'A.3'] as const)('decrypts the JWE of Appendix %s (JJ-12)', async (section) => {
    const { key, token, plaintext } = rfc.rfc7516[section]
    const decrypted = await decryptJwe(token, await importKey(key), { algorithms: ['RSA-OAEP', 'A128KW'] })
    expect(decrypted.plaintext).toEqual(encodeUtf8(plaintext))
  })

  it('refuses RSA1_5 of Appendix A.2 (RFC 8725 §3.2)', async () => {
    const { key, token } = rfc.rfc7516['A.2']
    await expect(decryptJwe(token, await importKey(key), { algorithms: ['RSA1_5'] })).rejects.toMatchObject({
      code: 'unsupported_algorithm',
    })
  })

  it('decrypts the JSON serializations of Appendices A.4 and A.5', async () => {
    const keys = KeySet.from({ keys: [{ ...rfc.rfc7516['A.3'].key, kid: '7' }] })
    for (const { jwe } of [rfc.rfc7516['A.4'], rfc.rfc7516['A.5']]) {
      expect((await decryptJweJson(jwe, keys, { algorithms: ['A128KW'] })).plaintext).toEqual(
        encodeUtf8('Live long and prosper.'),
      )
    }
  })
})

describe('RFC 7517', () => {
  it.each(['A.1', 'A.2', 'A.3'] as const)('reads the key set of Appendix %s', async (section) => {
    const set = KeySet.from(rfc.rfc7517[section])
    expect([...set]).toHaveLength(2)
    for (const jwk of rfc.rfc7517[section].keys) {
      const key = await importKey(jwk)
      expect(key.isPrivate ? key.privateJwk() : key.publicJwk()).toEqual(jwk)
    }
  })

  it('reads the key with a certificate of Appendix B', async () => {
    const { n, e } = rfc.rfc7517.B
    expect((await importKey(rfc.rfc7517.B)).publicJwk()).toMatchObject({ n, e })
    const pem = `-----BEGIN CERTIFICATE-----\n${String((rfc.rfc7517.B['x5c'] as string[])[0])}\n-----END CERTIFICATE-----`
    expect((await importKey(pem)).publicJwk()).toMatchObject({ n, e })
  })

  it('decrypts the key under a password of Appendix C', async () => {
    const { password, token, key } = rfc.rfc7517.C
    const { plaintext } = await decryptJwe(token, await importSecret(password, { alg: 'PBES2-HS256+A128KW' }))
    expect(JSON.parse(Buffer.from(plaintext).toString())).toEqual(key)
  })
})

/** A token under the key upon which the two sides of an example agree. */
function agreed(header: object, derived: Buffer): string {
  const protectedHeader = Buffer.from(JSON.stringify(header)).toString('base64url')
  const iv = Buffer.alloc(12)
  const cipher = createCipheriv('aes-128-gcm', derived, iv).setAAD(Buffer.from(protectedHeader))
  const ciphertext = Buffer.concat([cipher.update('hello'), cipher.final()])
  const parts = [iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))
  return [protectedHeader, '', ...parts].join('.')
}

describe('RFC 7518', () => {
  it.each(['B.1', 'B.2', 'B.3'] as const)('makes and opens the content of Appendix %s (AJ-27)', async (section) => {
    const { enc, ...texts } = rfc.rfc7518[section]
    const { key: cek, plaintext, iv, aad, ciphertext, tag } = decoded(texts)
    const { encrypt, decrypt } = standardEncryption(findJweEncryptionRow(enc)!) // which no JWE reaches: it has other data
    const sealed = await encrypt({ cek, iv, plaintext, aad })
    expect([sealed.ciphertext, sealed.tag].map(encodeBase64url)).toEqual([texts.ciphertext, texts.tag])
    expect(encodeBase64url(await decrypt({ cek, iv, ciphertext, tag, aad }))).toBe(texts.plaintext)
    await expect(Promise.resolve().then(() => decrypt({ cek, iv, ciphertext, tag, aad: iv }))).rejects.toThrow()
  })

  it('agrees upon the key of Appendix C', async () => {
    const { recipient, header, derived } = rfc.rfc7518.C
    const token = agreed(header, Buffer.from(derived, 'base64url'))
    const { plaintext } = await decryptJwe(token, await importKey(recipient, { alg: 'ECDH-ES' }))
    expect(plaintext).toEqual(encodeUtf8('hello'))
  })
})

function decoded<Name extends string>(texts: Record<Name, string>): Record<Name, Uint8Array> {
  const entries = Object.entries<string>(texts).map(([name, text]) => [name, decodeBase64url(text)])
  return Object.fromEntries(entries) as Record<Name, Uint8Array> // the same names
}

describe('RFC 7638, RFC 9278 and RFC 8037', () => {
  it('give the thumbprints of their examples (AJ-34)', async () => {
    const { key, thumbprint } = rfc.rfc7638['3.1']
    expect(await jwkThumbprint(key)).toBe(thumbprint)
    expect(await jwkThumbprintUri(key)).toBe(`urn:ietf:params:oauth:jwk-thumbprint:sha-256:${thumbprint}`) // RFC 9278 §6
    expect(await jwkThumbprint(rfc.rfc8037['A.1'])).toBe(rfc.rfc8037['A.3']) // RFC 8037 Appendix A.3
  })

  it('make the Ed25519 signature of RFC 8037 Appendix A.4 (AJ-16)', async () => {
    const key = await importKey(rfc.rfc8037['A.1'], { alg: 'EdDSA' })
    const token = rfc.rfc8037['A.4']
    const dot = token.lastIndexOf('.')
    expect(await sign(key, 'EdDSA', token.slice(0, dot))).toBe(token.slice(dot + 1))
    expect((await verifyJws(token, key)).payload).toEqual(encodeUtf8('Example of Ed25519 signing'))
  })
})

describe('RFC 8037', () => {
  it.each(['A.6', 'A.7'] as const)('agrees upon the secret of Appendix %s (AJ-26)', async (section) => {
    const { recipient, ephemeral, z } = rfc.rfc8037[section]
    const { kid: _, ...epk } = recipient // whose private half is not printed: so the other side decrypts
    const info = Buffer.concat([Buffer.from('\0\0\0\x07A128GCM'), Buffer.alloc(8), Buffer.of(0, 0, 0, 128)])
    const key = createHash('sha256')
      .update(Buffer.of(0, 0, 0, 1))
      .update(z, 'base64url')
      .update(info) // RFC 7518 §4.6.2
    const token = agreed({ alg: 'ECDH-ES', enc: 'A128GCM', epk }, key.digest().subarray(0, 16))
    const own = await importKey(ephemeral, { alg: 'ECDH-ES' })
    const { plaintext } = await decryptJwe(token, own, { implementations: [x448] }) // where the runtime lacks it
    expect(plaintext).toEqual(encodeUtf8('hello'))
  })
})

describe('RFC 7797', () => {
  it.each(['4.1', '4.2'] as const)('verifies the example of §%s in both serializations', async (section) => {
    const { jws, token } = rfc.rfc7797[section]
    const key = await importKey(rfc.rfc7797.key, { alg: 'HS256' })
    const payload = encodeUtf8(rfc.rfc7797.payload)
    expect((await verifyJwsJson(jws, key)).payload).toEqual(payload)
    const { payload: read } = await verifyJws(token, key, token.includes('..') ? { payload } : {})
    expect(read).toEqual(payload)
  })
})
