import { encodeUtf8 } from '@authlib/core/kit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import { findJwsRow, importKey, type Jwk, JoseError, type JwsRow, signJws, verifyJws } from '../index.ts'
import * as node from '../runtime/node.ts'
import { adapt } from '../keys/signature-algorithm.ts'
import { ed448, es256k, mlDsa44, mlDsa65, mlDsa87, x448 } from './index.ts'

/** What is written in JavaScript and what Node.js has must give one verdict about everything. */
const here = [es256k, ed448, mlDsa44, mlDsa65, mlDsa87].filter(({ row }) => !missingAlgorithms.includes(row.alg))
const input = 'eyJhbGciOiJIUzI1NiJ9.e30'

async function verdict(run: () => unknown): Promise<unknown> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    return error.code
  }
}

describe.each(here.map((ours) => [ours.row.alg, ours] as const))('%s', (_, ours) => {
  const { row } = ours
  const { signer, verifier } = adapt(ours.code)
  const script = {
    prepareSigner: (_: JwsRow, jwk: Jwk) => signer(jwk),
    prepareVerifier: (_: JwsRow, jwk: Jwk) => verifier(jwk),
  }
  const codes = [node, script]
  const wanted = { kty: row.kty, alg: row.alg, length: 0, ...(row.crv && { crv: row.crv }) }

  it('has the same verdict: good, tampered and malformed', async () => {
    for (const secret of [await node.generateMaterial(wanted), await ours.generate!()]) {
      const { d: _d, priv: _priv, ...open } = secret
      const verifiers = await Promise.all(codes.map(async (code) => code.prepareVerifier(row, open)))
      for (const code of codes) {
        const signer = await code.prepareSigner(row, secret)
        for (const text of [input, '', 'x'.repeat(10_000)]) {
          const signature = await signer(text)
          for (const verifier of verifiers) expect(await verifier(text, signature)).toBe(true)
        }
        const signature = await signer(input)
        const bytes = Buffer.from(signature, 'base64url')
        expect(bytes).toHaveLength(row.signatureLength)
        const half = bytes.length / 2
        const mutations = [
          '',
          `${signature}=`,
          `${signature}A`,
          signature.slice(0, -1),
          `${signature.slice(0, -1)}!`,
          Buffer.alloc(bytes.length),
          Buffer.alloc(bytes.length, 0xff),
          Buffer.concat([Buffer.alloc(1), bytes]),
          bytes.subarray(1),
          Buffer.concat([bytes.subarray(half), bytes.subarray(0, half)]),
          Buffer.concat([bytes.subarray(0, half), Buffer.alloc(bytes.length - half)]),
          Buffer.concat([Buffer.alloc(half), bytes.subarray(half)]),
        ].map((item) => (typeof item === 'string' ? item : item.toString('base64url')))
        for (const mutation of mutations) {
          const verdicts = await Promise.all(verifiers.map((verifier) => verdict(() => verifier(input, mutation))))
          expect(verdicts, mutation).toEqual([false, false])
        }
        const property = fc.asyncProperty(
          fc.nat(bytes.length - 1),
          fc.integer({ min: 1, max: 255 }),
          async (at, flip) => {
            const changed = Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ flip : byte))).toString(
              'base64url',
            )
            const verdicts = await Promise.all(verifiers.map((verifier) => verdict(() => verifier(input, changed))))
            expect(verdicts).toEqual([false, false])
          },
        )
        await fc.assert(property, { numRuns: 10 })
      }
    }
  })

  it('makes keys and tokens that the other one accepts', async () => {
    const { alg } = row
    for (const secret of [await node.generateMaterial(wanted), await ours.generate!()]) {
      const { d: _d, priv: _priv, ...open } = secret
      const [own, others] = await Promise.all([secret, open].map((jwk) => importKey(jwk, { alg }))) // by the runtime
      const theirs = await signJws('theirs', own!)
      const dot = theirs.lastIndexOf('.')
      const verify = await verifier(open)
      expect(await verify(theirs.slice(0, dot), theirs.slice(dot + 1))).toBe(true)

      const parts = [JSON.stringify({ alg }), 'ours'].map((part) => Buffer.from(part).toString('base64url')).join('.')
      const token = `${parts}.${await (await signer(secret))(parts)}`
      expect((await verifyJws(token, others!)).payload).toEqual(encodeUtf8('ours'))
      const elsewhere = await importKey(await ours.generate!(), { alg })
      await expect(verifyJws(token, elsewhere)).rejects.toMatchObject({ code: 'bad_signature' })
    }
  })

  it('takes and refuses the same keys', async () => {
    const secret = await ours.generate!()
    const other = await ours.generate!()
    const fill = (name: 'x' | 'y' | 'd' | 'pub' | 'priv', byte: number): Partial<Jwk> =>
      secret[name] === undefined
        ? {}
        : { [name]: Buffer.alloc(Buffer.from(secret[name], 'base64url').length, byte).toString('base64url') }
    const keys: Jwk[] = [0, 1, 0xff].flatMap((byte) =>
      (['x', 'y', 'd', 'pub', 'priv'] as const).map((name) => ({ ...secret, ...fill(name, byte) })),
    )
    keys.push({
      ...secret,
      ...(other.x && { x: other.x }),
      ...(other.y && { y: other.y }),
      ...(other.pub && { pub: other.pub }),
    })
    const outcome = async (code: (typeof codes)[number], key: Jwk) => {
      const { d: _d, priv: _priv, ...open } = key
      return verdict(async () => {
        const signer = await code.prepareSigner(row, key)
        const verifier = await code.prepareVerifier(row, open)
        return verifier(input, await signer(input))
      })
    }
    for (const key of keys) {
      const [first, second] = await Promise.all(codes.map((code) => outcome(code, key)))
      const usable = (result: unknown): boolean => result === true
      expect(usable(second), JSON.stringify(key)).toBe(usable(first))
    }
  })
})

describe('X448', () => {
  it('agrees upon the same secret, or upon none', async () => {
    const wanted = { kty: 'OKP', crv: 'X448', length: 0 } as const
    const [own, other] = [await node.generateMaterial(wanted), await x448.generate()]
    const { d: _, ...open } = other
    const secret = Buffer.from(await node.agree(own, open))
    expect(Buffer.from(await x448.agree(own, open))).toEqual(secret)
    for (const byte of [0, 1]) {
      const bad = { ...open, x: Buffer.alloc(56).fill(byte, 0, 1).toString('base64url') }
      for (const agree of [node.agree, x448.agree]) expect(await verdict(() => agree(own, bad))).toBe('invalid_key')
    }
  })
})

describe('a runtime', () => {
  it('that lacks an algorithm takes it from what was passed in (RFC 9964)', async () => {
    const secret = await mlDsa44.generate!()
    const key = await importKey(secret, { implementations: [mlDsa44] })
    expect((await verifyJws(await signJws('x', key), key)).key).toBe(key)
    const bare = await importKey(secret)
    if (missingAlgorithms.includes('ML-DSA-44'))
      await expect(signJws('x', bare)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
    else expect((await verifyJws(await signJws('x', bare), key)).header.alg).toBe('ML-DSA-44')
    expect(findJwsRow('ML-DSA-44')).toBe(mlDsa44.row)
  })
})
