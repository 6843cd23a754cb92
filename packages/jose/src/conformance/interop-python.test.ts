import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import { describeWith, pythonJose } from '../../../../test/support/needs.ts'
import { keyFor, openJwk } from '../../test/interop-keys.ts'
import {
  decryptJwe,
  decryptJweJson,
  encryptFlattenedJwe,
  encryptGeneralJwe,
  encryptJwe,
  exportPrivatePem,
  exportPublicPem,
  type FlattenedJwe,
  type FlattenedJws,
  type GeneralJwe,
  generateKey,
  importKey,
  jweAlgorithms,
  jweEncryptions,
  jwkThumbprint,
  jwsAlgorithms,
  signFlattenedJws,
  signGeneralJws,
  signJws,
  signJwt,
  verifyJws,
  verifyJwsJson,
  verifyJwt,
} from '../index.ts'

const present = jwsAlgorithms.filter((alg) => !missingAlgorithms.includes(alg))

/** Both directions with jwcrypto and PyJWT. What they do not have they must refuse, so that no row of ours is passed over. */
const theirSignatures = /^(?:(?:HS|RS|PS|ES)\d+|ES256K|EdDSA)$/
const theirKeyManagement = /^(?:RSA1_5|RSA-OAEP|RSA-OAEP-256|dir|A\d+(?:GCM)?KW|ECDH-ES(?:\+A\d+KW)?|PBES2-.*)$/

const text = new TextEncoder().encode('text')
const claims = { sub: 'u', exp: 4_000_000_000 }
const script = fileURLToPath(new URL('../../test/foreign.py', import.meta.url))
let peer: ChildProcess
let lines: AsyncIterator<string>

interface Question {
  readonly ask: string
  readonly [name: string]: unknown
}

/** Asks the one process there is. Throws what it answers in place of a value. */
async function ask<T = string>(question: Question): Promise<T> {
  peer.stdin!.write(`${JSON.stringify(question)}\n`)
  const { value: line } = await lines.next()
  const answer = JSON.parse(line as string) as { value: T } | { error: string }
  if ('error' in answer) throw new Error(answer.error)
  return answer.value
}

describeWith(pythonJose, 'Python', (python) => {
  beforeAll(() => {
    peer = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
    lines = createInterface({ input: peer.stdout! })[Symbol.asyncIterator]()
  })
  afterAll(() => void peer.stdin!.end())

  describe('signatures of jwcrypto', () => {
    it.each(present.filter((alg) => theirSignatures.test(alg)))('and ours are the same with %s', async (alg) => {
      const key = await keyFor(alg)
      const mine = { alg, key: openJwk(key) }
      expect(await ask({ ...mine, ask: 'verify', token: await signJws('text', key) })).toBe('text')
      expect(
        await ask({ ...mine, ask: 'verify', token: JSON.stringify(await signFlattenedJws('text', { key })) }),
      ).toBe('text')
      const theirs = { alg, key: key.privateJwk() }
      expect((await verifyJws(await ask({ ...theirs, ask: 'sign' }), key)).payload).toEqual(text)
      const json = JSON.parse(await ask({ ...theirs, ask: 'sign', json: true })) as FlattenedJws
      expect((await verifyJwsJson(json, key)).payload).toEqual(text)
    })

    it.each(present.filter((alg) => !theirSignatures.test(alg)))('do not exist with %s', async (alg) => {
      const key = await keyFor(alg)
      await expect(ask({ ask: 'verify', alg, key: openJwk(key), token: await signJws('text', key) })).rejects.toThrow()
    })

    it('and of PyJWT are ours on Ed448 too, by the name EdDSA (RFC 8037 §3.1)', async () => {
      const { alg: _, ...material } = (await generateKey('Ed448')).privateJwk()
      const key = await importKey({ ...material, alg: 'EdDSA' })
      const ours = { alg: 'EdDSA', key: openJwk(key) }
      const theirs = { alg: 'EdDSA', key: key.privateJwk() }
      expect(await ask({ ...ours, ask: 'verify', token: await signJws('text', key) })).toBe('text')
      expect((await verifyJws(await ask({ ...theirs, ask: 'sign' }), key)).payload).toEqual(text)
      expect(await ask<object>({ ...ours, ask: 'decode', token: await signJwt(claims, key) })).toEqual(claims)
      expect((await verifyJwt(await ask({ ...theirs, ask: 'encode', claims }), key, {})).claims).toEqual(claims)
    })

    it('stand next to each other in a general JWS (RFC 7515 §7.2.1)', async () => {
      const signers = await Promise.all(['ES256', 'EdDSA', 'HS256'].map(async (alg) => ({ key: await keyFor(alg) })))
      const token = JSON.stringify(await signGeneralJws('text', signers))
      for (const { key } of signers)
        expect(await ask({ ask: 'verify', alg: key.alg, key: openJwk(key), token })).toBe('text')
    })

    it('hold for a payload that is not encoded (RFC 7797)', async () => {
      const key = await keyFor('ES256')
      const header = { b64: false, crit: ['b64'] }
      const theirs = await ask({ ask: 'sign', alg: 'ES256', key: key.privateJwk(), header, json: true })
      expect((await verifyJwsJson(JSON.parse(theirs) as FlattenedJws, key)).payload).toEqual(text)
      const token = JSON.stringify(await signFlattenedJws('text', { key }, { unencoded: true }))
      expect(await ask({ ask: 'verify', alg: 'ES256', key: openJwk(key), token })).toBe('text')
    })
  })

  describe('encryption of jwcrypto', () => {
    it.each(jweAlgorithms.filter((alg) => theirKeyManagement.test(alg)))('is ours with %s', async (alg) => {
      for (const enc of jweEncryptions) {
        const key = await keyFor(alg, enc)
        const theirs = { alg, enc, key: key.privateJwk() }
        expect(await ask({ ...theirs, ask: 'decrypt', token: await encryptJwe('text', key, { enc }) })).toBe('text')
        const token = await ask({ ask: 'encrypt', enc, keys: [{ ...openJwk(key), alg }] })
        expect((await decryptJwe(token, key)).plaintext).toEqual(text)
      }
    })

    it.each(jweAlgorithms.filter((alg) => !theirKeyManagement.test(alg)))('does not exist with %s', async (alg) => {
      const key = await keyFor(alg)
      const token = await encryptJwe('text', key)
      await expect(ask({ ask: 'decrypt', alg, enc: 'A256GCM', key: key.privateJwk(), token })).rejects.toThrow()
    })

    it.each(['P-256', 'P-384', 'P-521', 'X25519'] as const)('agrees upon a key on %s', async (crv) => {
      for (const alg of ['ECDH-ES', 'ECDH-ES+A192KW']) {
        const key = await generateKey(alg, { crv })
        const token = await encryptJwe('text', key, { apu: Uint8Array.of(1), apv: Uint8Array.of(2, 3) })
        expect(await ask({ ask: 'decrypt', alg, enc: 'A256GCM', key: key.privateJwk(), token })).toBe('text')
        const theirs = await ask({ ask: 'encrypt', enc: 'A128CBC-HS256', keys: [openJwk(key)] })
        expect((await decryptJwe(theirs, key)).plaintext).toEqual(text)
      }
    })

    it('goes to many recipients, with more that is authenticated (RFC 7516 §7.2)', async () => {
      const keys = await Promise.all(['RSA-OAEP', 'ECDH-ES+A128KW', 'A256KW', 'A128GCMKW'].map((alg) => keyFor(alg)))
      const theirs = JSON.parse(
        await ask({ ask: 'encrypt', enc: 'A128GCM', keys: keys.map(openJwk), aad: 'more', json: true }),
      ) as GeneralJwe
      const ours = await encryptGeneralJwe(
        'text',
        keys.map((key) => ({ key })),
        { aad: 'more', enc: 'A192CBC-HS384' },
      )
      for (const key of keys) {
        expect((await decryptJweJson(theirs, key)).plaintext).toEqual(text)
        const question = { ask: 'decrypt', alg: key.alg, enc: 'A192CBC-HS384', key: key.privateJwk() }
        expect(await ask({ ...question, token: JSON.stringify(ours) })).toBe('text')
      }
    })

    it('is flattened, and compressed only when we ask for it (RFC 7516 §4.1.3)', async () => {
      const key = await keyFor('A256KW')
      const flattened = JSON.stringify(await encryptFlattenedJwe('text', { key }, { compress: true }))
      const question = { alg: 'A256KW', enc: 'A256GCM', key: key.privateJwk() }
      expect(await ask({ ...question, ask: 'decrypt', token: flattened })).toBe('text')
      const asked = { ask: 'encrypt', enc: 'A256GCM', keys: [key.privateJwk()], header: { zip: 'DEF' } }
      const theirs = JSON.parse(await ask({ ...asked, json: true })) as FlattenedJwe
      expect((await decryptJweJson(theirs, key, { maxInflated: 100 })).plaintext).toEqual(text)
      await expect(decryptJweJson(theirs, key)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    })
  })

  describe('keys of jwcrypto', () => {
    const kinds = ['RS256', 'ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA', 'Ed448', 'ECDH-ES', 'HS256']
    const present = kinds.filter((alg) => !missingAlgorithms.includes(alg))
    it.each(present)('have the thumbprint we give them: %s (RFC 7638 §3)', async (alg) => {
      const jwk = (await keyFor(alg)).privateJwk()
      expect(await ask({ ask: 'thumbprint', key: jwk })).toBe(await jwkThumbprint(jwk))
    })

    it.each(present.filter((alg) => alg !== 'HS256'))('travel as PEM, with a password too: %s', async (alg) => {
      const key = await keyFor(alg)
      const { alg: _, kid: __, use: ___, ...material } = key.privateJwk()
      for (const password of [undefined, 'pässword']) {
        const pem = await exportPrivatePem(key, password === undefined ? {} : { password, iterations: 1000 })
        expect(await ask({ ask: 'read PEM', pem, password })).toMatchObject(material)
        const theirs = await ask({ ask: 'write PEM', key: material, private: true, password })
        expect((await importKey(theirs, password === undefined ? {} : { password })).privateJwk()).toEqual(material)
      }
      const { alg: ____, kid: _____, use: ______, ...half } = key.publicJwk()
      expect(await ask({ ask: 'read PEM', pem: exportPublicPem(key) })).toMatchObject(half)
      expect((await importKey(await ask({ ask: 'write PEM', key: half, private: false }))).publicJwk()).toEqual(half)
    })
  })

  describe('tokens of PyJWT', () => {
    it.each(present.filter((alg) => theirSignatures.test(alg)))('and ours are the same with %s', async (alg) => {
      const key = await keyFor(alg)
      const token = await signJwt(claims, key)
      expect(await ask<object>({ ask: 'decode', alg, key: openJwk(key), token })).toEqual(claims)
      const theirs = await ask({ ask: 'encode', alg, key: key.privateJwk(), claims })
      expect((await verifyJwt(theirs, key, {})).claims).toEqual(claims)
    })

    it.each(present.filter((alg) => !theirSignatures.test(alg)))('do not exist with %s', async (alg) => {
      const key = await keyFor(alg)
      await expect(ask({ ask: 'decode', alg, key: openJwk(key), token: await signJwt(claims, key) })).rejects.toThrow()
    })
  })
})
