import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { encodeUtf8 } from '@authlib/core/kit'
import { expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import { describeWith, pythonDrafts } from '../../../../test/support/needs.ts'
import {
  curves,
  decryptJwe,
  encryptJwe,
  generateKey,
  importKey,
  jweAlgorithms,
  jweEncryptions,
  type JweImplementation,
  type Jwk,
  type Key,
  signJws,
  verifyJws,
  weakRsa1_5,
} from '../index.ts'
import { adapt } from '../keys/signature-algorithm.ts'
import { c20p, c20pKw, ecdh1Pu, ecdhEsC20pKw, ecdhEsXc20pKw, ed448, es256k, x448, xc20p, xc20pKw } from './index.ts'

/** What one of the two libraries shall do. */
interface Job {
  readonly library: 'authlib' | 'jwcrypto'
  readonly action: 'encrypt' | 'decrypt' | 'sign' | 'verify'
  readonly header: { readonly alg: string; readonly enc?: string }
  readonly key: Jwk
  readonly sender?: Jwk
  /** A string, or the token with it. */
  readonly input: string
}

const script = fileURLToPath(new URL('../../test/drafts.py', import.meta.url))

function runAll(python: string, jobs: readonly Job[]): string[] {
  const { stdout, stderr, status } = spawnSync(python, ['-W', 'ignore', script], {
    input: JSON.stringify(jobs),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as string[]
}

/** Without what those libraries do not expect: `kid`, `use`, `alg`. */
function material(key: Key): Jwk {
  const { kid: _, use: __, alg: ___, ...jwk } = key.privateJwk()
  return jwk
}

function publicMaterial(key: Key): Jwk {
  const { kid: _, use: __, alg: ___, ...jwk } = key.publicJwk()
  return jwk
}

/** Authlib leaves out leading zeros of a coordinate, which RFC 7518 §6.2.1.2 wants. */
function isShort(token: string): boolean {
  const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()
  const { epk } = JSON.parse(header) as { epk: Jwk }
  const { size } = curves[epk.crv as keyof typeof curves]
  return [epk.x, epk.y].some((text) => text !== undefined && Buffer.from(text, 'base64url').length !== size)
}

const committing = jweEncryptions.filter((enc) => enc.includes('CBC'))
const encryptions = [...jweEncryptions, 'C20P', 'XC20P']

/** What one of the libraries and we encrypt for each other. */
interface Exchange {
  readonly library: Job['library']
  readonly header: { readonly alg: string; readonly enc: string }
  readonly own: Key
}

async function exchange(
  python: string,
  cases: readonly Exchange[],
  implementations: readonly JweImplementation[],
): Promise<void> {
  const tokens = await Promise.all(
    cases.map(({ header, own }) => encryptJwe('ours', own, { ...header, implementations })),
  )
  const results = runAll(python, [
    ...cases.map(
      ({ library, header, own }, at) =>
        ({ library, header, action: 'decrypt', key: material(own), input: tokens[at]! }) as const,
    ),
    ...cases.map(
      ({ library, header, own }) =>
        ({ library, header, action: 'encrypt', key: material(own), input: 'theirs' }) as const,
    ),
  ])
  expect(results.slice(0, cases.length)).toEqual(cases.map(() => 'ours'))
  for (const [at, { header, own }] of cases.entries()) {
    const options = { algorithms: [header.alg], implementations }
    const { plaintext } = await decryptJwe(results[cases.length + at]!, own, options)
    expect(plaintext).toEqual(encodeUtf8('theirs'))
  }
}

describeWith(pythonDrafts, 'AJ-29, AJ-30, JJ-19, JJ-20: Python and we', (python) => {
  it.each(['P-256', 'P-384', 'P-521', 'X25519', 'X448'] as const)(
    'decrypt each other’s ECDH-1PU on %s',
    async (crv) => {
      const [alice, bob] = await Promise.all(
        [1, 2].map(async () => importKey(material(await generateKey('ECDH-ES', { crv })))),
      )
      const pairs = ['', '+A128KW', '+A192KW', '+A256KW'].flatMap((wrap) =>
        (wrap === '' ? encryptions : committing).map((enc) => ({ alg: `ECDH-1PU${wrap}`, enc })),
      )
      const theirs = Array.from({ length: crv === 'P-521' ? 4 : 1 }, () => pairs).flat() // a quarter is of full length
      const implementations = [...ecdh1Pu({ sender: alice! }), c20p, xc20p]
      const apu = encodeUtf8('Alice')
      const tokens = await Promise.all(
        pairs.map((header) => encryptJwe('ours', bob!, { ...header, implementations, apu, apv: encodeUtf8('Bob') })),
      )
      const shared = { library: 'authlib', sender: publicMaterial(alice!) } as const
      const results = runAll(python, [
        ...tokens.map(
          (input, at) => ({ ...shared, action: 'decrypt', header: pairs[at]!, key: material(bob!), input }) as const,
        ),
        ...theirs.map(
          (header) =>
            ({
              library: 'authlib',
              action: 'encrypt',
              header,
              key: publicMaterial(bob!),
              sender: material(alice!),
              input: 'theirs',
            }) as const,
        ),
      ])
      expect(results.slice(0, pairs.length)).toEqual(pairs.map(() => 'ours'))
      let read = 0
      for (const [at, { alg }] of theirs.entries()) {
        const sender = await importKey(publicMaterial(alice!))
        const token = results[pairs.length + at]!
        const options = { algorithms: [alg], implementations: [...ecdh1Pu({ sender }), c20p, xc20p] }
        const decrypted = decryptJwe(token, bob!, options)
        if (isShort(token)) {
          await expect(decrypted).rejects.toMatchObject({ code: 'invalid_key' })
          continue
        }
        expect((await decrypted).plaintext).toEqual(encodeUtf8('theirs'))
        read++
      }
      expect(read).toBeGreaterThan(0)
    },
  )

  it('decrypt each other’s ECDH-ES on X448', async () => {
    const own = await importKey(material(await generateKey('ECDH-ES', { crv: 'X448' })))
    const cases = ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'].flatMap((alg) =>
      jweEncryptions.flatMap((enc) =>
        (['authlib', 'jwcrypto'] as const).map((library) => ({ library, header: { alg, enc }, own })),
      ),
    )
    await exchange(python, cases, [x448])
  })

  it('decrypt each other’s contents under C20P and XC20P, and keys under C20PKW and XC20PKW', async () => {
    const implementations = [c20p, xc20p, c20pKw, xc20pKw, ecdhEsC20pKw, ecdhEsXc20pKw, x448]
    const wraps = implementations.flatMap((item) => (item.kind === 'key management' ? [item.row.alg] : []))
    const pairs = [
      ...jweAlgorithms
        .filter((alg) => !/^(?:PBES2|RSA-OAEP-(?:384|512))/.test(alg)) // which Authlib lacks
        .flatMap((alg) => ['C20P', 'XC20P'].map((enc) => ({ alg, enc }))),
      ...wraps.flatMap((alg) => encryptions.map((enc) => ({ alg, enc }))),
    ]
    const cases = pairs.flatMap((header) =>
      (header.alg.startsWith('ECDH') ? (['X25519', 'X448'] as const) : [undefined]).map(async (crv) => {
        const alg = header.alg === 'dir' ? header.enc : header.alg
        const own = await importKey(material(await generateKey(alg, { implementations, ...(crv && { crv }) })))
        return { library: 'authlib' as const, header, own }
      }),
    )
    await exchange(python, await Promise.all(cases), implementations)
  })

  it('verify each other’s ES256K and Ed448, made in JavaScript', async () => {
    const cases = [
      { algorithm: es256k, alg: 'ES256K' },
      { algorithm: ed448, alg: 'EdDSA' },
    ]
    for (const { algorithm, alg } of cases) {
      const implementations = [algorithm]
      const { signer, verifier } = adapt(algorithm.code)
      const jwk = await algorithm.generate!()
      const header = Buffer.from(JSON.stringify({ alg })).toString('base64url')
      const input = `${header}.${Buffer.from('ours').toString('base64url')}`
      const token = `${input}.${await (await signer(jwk))(input)}`
      expect(await signJws('ours', await importKey(jwk, { implementations }), { alg })).toHaveLength(token.length)
      for (const library of ['authlib', 'jwcrypto'] as const) {
        const [payload, signed] = runAll(python, [
          { library, action: 'verify', header: { alg }, key: jwk, input: token },
          { library, action: 'sign', header: { alg }, key: jwk, input: 'theirs' },
        ])
        expect(payload).toBe('ours')
        const dot = signed!.lastIndexOf('.')
        const verify = await verifier(jwk)
        expect(await verify(signed!.slice(0, dot), signed!.slice(dot + 1))).toBe(true)
        expect(
          (await verifyJws(signed!, await importKey(jwk, { implementations }), { algorithms: [alg] })).payload,
        ).toEqual(encodeUtf8('theirs'))
      }
    }
  })

  it('decrypt RSA1_5, which we do not encrypt', async () => {
    const key = await importKey(material(await generateKey('RSA-OAEP')))
    const header = { alg: 'RSA1_5', enc: 'A128CBC-HS256' }
    const job = { library: 'jwcrypto', action: 'encrypt', header, key: publicMaterial(key), input: 'theirs' } as const
    const [token = ''] = runAll(python, [job])
    const options = { algorithms: ['RSA1_5'], implementations: [weakRsa1_5] }
    const decrypted = decryptJwe(token, key, options)
    if (missingAlgorithms.includes('RSA1_5'))
      await expect(decrypted).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    else expect((await decrypted).plaintext).toEqual(encodeUtf8('theirs'))
  })
})
