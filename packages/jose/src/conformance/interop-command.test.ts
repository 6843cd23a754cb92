import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import { describeWith, joseCommand } from '../../../../test/support/needs.ts'
import { keyFor, openJwk } from '../../test/interop-keys.ts'
import {
  decryptJwe,
  encryptGeneralJwe,
  encryptJwe,
  decryptJweJson,
  type GeneralJwe,
  type GeneralJws,
  importKey,
  type Jwk,
  jweAlgorithms,
  jweEncryptions,
  jwkThumbprint,
  jwsAlgorithms,
  type Key,
  KeySet,
  signGeneralJws,
  signJws,
  verifyJws,
  verifyJwsJson,
} from '../index.ts'

const present = jwsAlgorithms.filter((alg) => !missingAlgorithms.includes(alg))

/** Both directions with the command of José. What it does not list it must refuse, so that no row of ours is passed over. */
const text = new TextEncoder().encode('text')
describeWith(joseCommand, 'the command jose', (command) => {
  const folder = mkdtempSync(join(tmpdir(), 'jose-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  /** Each object among the arguments becomes a file. Throws what the command says when it fails. */
  function run(input: string, ...args: readonly (string | object)[]): string {
    const texts = args.map((arg, index) => {
      if (typeof arg === 'string') return arg
      writeFileSync(join(folder, `${index}.json`), JSON.stringify(arg))
      return join(folder, `${index}.json`)
    })
    const { status, stdout, stderr } = spawnSync(command, texts, { input, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return stdout
  }

  const theirs = new Set(run('', 'alg').split('\n'))
  const verify = (token: string, key: Key) => run(token, 'jws', 'ver', '-i-', '-k', openJwk(key), '-O-')
  const decrypt = (token: string, key: Key) => run(token, 'jwe', 'dec', '-i-', '-k', key.privateJwk())

  describe('signatures', () => {
    it.each(present.filter((alg) => theirs.has(alg)))('and ours are the same with %s', async (alg) => {
      const key = await keyFor(alg)
      expect(verify(await signJws('text', key), key)).toBe('text')
      const token = run('text', 'jws', 'sig', '-I-', '-c', '-k', key.privateJwk(), '-s', { protected: { alg } })
      expect((await verifyJws(token, key)).payload).toEqual(text)
    })

    it.each(present.filter((alg) => !theirs.has(alg)))('do not exist with %s', async (alg) => {
      const key = await keyFor(alg)
      const token = await signJws('text', key)
      expect(() => verify(token, key)).toThrow()
    })

    it('stand next to each other in a general JWS, all of which hold (RFC 7515 §7.2.1)', async () => {
      const keys = await Promise.all(['ES256', 'PS384', 'HS512'].map((alg) => keyFor(alg)))
      const ours = await signGeneralJws(
        'text',
        keys.map((key) => ({ key })),
      )
      for (const key of keys) expect(verify(JSON.stringify(ours), key)).toBe('text')
      const set = { keys: keys.map((key) => key.privateJwk()) }
      const signed = JSON.parse(run('text', 'jws', 'sig', '-I-', '-k', set)) as GeneralJws
      const { payload, signatures } = await verifyJwsJson(signed, KeySet.of(...keys))
      expect(payload).toEqual(text)
      expect(signatures).toHaveLength(3)
    })
  })

  describe('encryption', () => {
    const maxIterations = 40_000 // it writes 32,768
    it.each(jweAlgorithms.filter((alg) => theirs.has(alg)))('is ours with %s', async (alg) => {
      for (const enc of jweEncryptions) {
        const key = await keyFor(alg, enc)
        expect(decrypt(await encryptJwe('text', key, { enc }), key)).toBe('text')
        const template = { protected: { alg, enc } }
        const token = run('text', 'jwe', 'enc', '-I-', '-c', '-k', openJwk(key), '-i', template)
        expect((await decryptJwe(token, key, { maxIterations })).plaintext).toEqual(text)
      }
    })

    it.each(jweAlgorithms.filter((alg) => !theirs.has(alg)))('does not exist with %s', async (alg) => {
      const key = await keyFor(alg)
      const token = await encryptJwe('text', key)
      expect(() => decrypt(token, key)).toThrow()
    })

    it('goes to many recipients, with more that is authenticated (RFC 7516 §7.2.1)', async () => {
      const keys = await Promise.all(['ECDH-ES+A128KW', 'A256KW', 'A192GCMKW'].map((alg) => keyFor(alg)))
      const enc = 'A128CBC-HS256' // with GCM and aad it cannot even read its own
      const recipients = keys.map((key) => ({ key }))
      const ours = await encryptGeneralJwe('text', recipients, { aad: 'more', enc })
      const template = { aad: 'bW9yZQ', protected: { enc } }
      const set = { keys: keys.map(openJwk) }
      const encrypted = JSON.parse(run('text', 'jwe', 'enc', '-I-', '-k', set, '-i', template)) as GeneralJwe
      for (const key of keys) {
        expect(decrypt(JSON.stringify(ours), key)).toBe('text')
        expect((await decryptJweJson(encrypted, key)).plaintext).toEqual(text)
      }
    })
  })

  const kinds = ['RS256', 'ES256', 'ES384', 'ES512', 'ES256K', 'HS256']
  it.each(kinds.filter((alg) => !missingAlgorithms.includes(alg)))(
    'gives keys the same thumbprint: %s (RFC 7638 §3)',
    async (alg) => {
      const jwk = (await keyFor(alg)).privateJwk()
      expect(run('', 'jwk', 'thp', '-a', 'S256', '-i', jwk)).toBe(await jwkThumbprint(jwk))
    },
  )

  it('makes keys that we can read', async () => {
    for (const alg of ['RS256', 'ES256', 'HS256', 'A256KW']) {
      const jwk = JSON.parse(run('', 'jwk', 'gen', '-i', { alg })) as Jwk
      expect((await importKey(jwk)).privateJwk()).toEqual(jwk)
    }
  })
})
