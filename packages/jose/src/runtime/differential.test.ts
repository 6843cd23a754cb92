import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { missingAlgorithms } from '../../../../test/support/algorithms.ts'
import { findJwsRow, jwsAlgorithms, type JwsRow } from '../algorithms.ts'
import type { Jwk } from '../keys/jwk.ts'
import * as node from './node.ts'
import type { Verifier } from './types.ts'
import * as web from './web.ts'

/** The two runtimes must give one verdict about everything. What only Node.js has is left out. */
const shared = jwsAlgorithms.filter((alg) => !['ES256K', 'Ed448', ...missingAlgorithms].includes(alg))
const input = 'eyJhbGciOiJIUzI1NiJ9.e30'

async function materialFor({ alg, kty, crv, signatureLength }: JwsRow): Promise<{ secret: Jwk; open: Jwk }> {
  const length = kty === 'RSA' ? 2048 : signatureLength
  const secret = await node.generateMaterial({ kty, alg, length, ...(crv && { crv }) })
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, priv: _priv, ...open } = secret
  return { secret, open: open }
}

/** `true`, `false`, or `error`. */
async function verdict(verifier: Verifier, text: string | Uint8Array, signature: string): Promise<unknown> {
  try {
    return await verifier(text, signature)
  } catch {
    return 'error'
  }
}

describe.each(shared)('%s', (alg) => {
  it('has the same verdict on both runtimes: good, tampered and malformed', async () => {
    const row = findJwsRow(alg)!
    const { secret, open } = await materialFor(row)
    const verifiers = [await node.prepareVerifier(row, open), await web.prepareVerifier(row, open)]
    const good = [
      await (await node.prepareSigner(row, secret))(input),
      await (await web.prepareSigner(row, secret))(input),
    ]
    for (const signature of good) {
      for (const verifier of verifiers) {
        expect(await verifier(input, signature)).toBe(true)
        expect(await verifier(Buffer.from(input), signature)).toBe(true)
      }
    }
    const [signature = ''] = good
    const bytes = Buffer.from(signature, 'base64url')
    const mutations = [
      '',
      `${signature}=`,
      `${signature}A`,
      `${signature}\n`,
      signature.slice(0, -1),
      `${signature.slice(0, -1)}!`,
      `${signature.slice(0, -1)}\u0141`,
      signature.replaceAll('-', '+').replaceAll('_', '/').concat('='),
      Buffer.alloc(bytes.length).toString('base64url'),
      Buffer.alloc(bytes.length, 0xff).toString('base64url'),
      Buffer.concat([Buffer.alloc(1), bytes]).toString('base64url'),
      bytes.subarray(1).toString('base64url'),
      Buffer.concat([bytes.subarray(bytes.length / 2), bytes.subarray(0, bytes.length / 2)]).toString('base64url'),
    ]
    for (const mutation of mutations) {
      const verdicts = await Promise.all(verifiers.map((verifier) => verdict(verifier, input, mutation)))
      expect(verdicts, mutation).toEqual([false, false])
    }
    const property = fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const changed = Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ mask : byte))).toString('base64url')
      const verdicts = await Promise.all(verifiers.map((verifier) => verdict(verifier, input, changed)))
      expect(verdicts).toEqual([false, false])
    })
    await fc.assert(property, { numRuns: 25 })
  })
})

describe('a string that is signed', () => {
  it.each(['HS256', 'ES256', 'Ed25519'])('stands for its UTF-8: %s', async (alg) => {
    const row = findJwsRow(alg)!
    const { secret, open } = await materialFor(row)
    const material = row.kty === 'oct' ? secret : open
    const [one, other] = [await node.prepareSigner(row, secret), await web.prepareSigner(row, secret)]
    const verifiers = [await node.prepareVerifier(row, material), await web.prepareVerifier(row, material)]
    for (const length of [1, 2, 2700, 2800, 5400, 5500, 8100, 8200, 16_300, 16_400, 40_000])
      for (const text of [
        'x'.repeat(length),
        `${'x'.repeat(length - 1)}é`,
        '€'.repeat(length),
        `\ud800${'é'.repeat(length)}`,
      ])
        for (const signature of [await one(text), await other(text)])
          for (const verifier of verifiers) {
            expect(await verifier(text, signature)).toBe(true)
            expect(await verifier(Buffer.from(text), signature)).toBe(true)
            expect(await verifier(`${text}x`, signature)).toBe(false)
          }
  })
})

describe('a malformed signature', () => {
  it('is refused at once, however busy the event loop is', async () => {
    const row = findJwsRow('ES256')!
    const { secret, open } = await materialFor(row)
    const verifier = await node.prepareVerifier(row, open)
    const good = await (await node.prepareSigner(row, secret))(input)
    const holds: unknown[] = []
    for (let call = 0; call < 200; call++) {
      holds.push(verifier(input, good))
      expect(verifier(input, `!${good.slice(1)}`)).toBe(false)
    }
    expect(holds.some((verdict) => verdict instanceof Promise)).toBe(true)
    expect(new Set(await Promise.all(holds))).toEqual(new Set([true]))
  })
})

describe('HMAC', () => {
  it('is the same for every key and message, long ones too (RFC 2104)', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom('HS256', 'HS384', 'HS512'),
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.uint8Array({ maxLength: 9000, size: 'max' }),
      async (alg, key, message) => {
        const row = findJwsRow(alg)!
        const material = { kty: 'oct', k: Buffer.from(key).toString('base64url') }
        const [one, other] = [await node.prepareSigner(row, material), await web.prepareSigner(row, material)]
        expect(await one(message)).toBe(await other(message))
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })
})

describe('keys', () => {
  it('off their curve are refused by both', async () => {
    for (const [alg, crv, size] of [
      ['ES256', 'P-256', 32],
      ['ES384', 'P-384', 48],
      ['ES512', 'P-521', 66],
    ] as const) {
      const x = Buffer.alloc(size, 1).toString('base64url')
      const row = findJwsRow(alg)!
      const bad = { kty: 'EC', crv, x, y: x }
      expect(() => node.prepareVerifier(row, bad)).toThrow(expect.objectContaining({ code: 'invalid_key' }))
      await expect(web.prepareVerifier(row, bad)).rejects.toMatchObject({ code: 'invalid_key' })
    }
  })

  it('that only Node.js has are unsupported elsewhere, by name (PJ-26)', async () => {
    const row = findJwsRow('ES256K')!
    const { open } = await materialFor(row)
    await expect(web.prepareVerifier(row, open)).rejects.toMatchObject({ code: 'unsupported_algorithm' })
  })

  it.each([
    { kty: 'oct', length: 32 },
    { kty: 'RSA', length: 2048 },
    { kty: 'EC', crv: 'P-384', length: 0 },
    { kty: 'OKP', crv: 'Ed25519', length: 0 },
    { kty: 'OKP', crv: 'X25519', length: 0 },
  ] as const)('of the kind %j have the same members', async (wanted) => {
    const [first, second] = await Promise.all([node.generateMaterial(wanted), web.generateMaterial(wanted)])
    expect(Object.keys(second).toSorted()).toEqual(Object.keys(first).toSorted())
  })
})

describe('strings', () => {
  it('are encoded, decoded and refused in the same way', () => {
    const attempt = (run: () => string) => {
      try {
        return run()
      } catch {
        return null
      }
    }
    const property = fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.base64String(),
        fc.string({ unit: fc.constantFrom(...Array.from('AB-_+/=Zz09é ')) }),
      ),
      (text) => {
        expect(node.encodeText(text)).toBe(web.encodeText(text))
        expect(attempt(() => node.decodeText(text))).toBe(attempt(() => web.decodeText(text)))
        const encoded = Buffer.from(text, 'latin1').toString('base64url')
        expect(attempt(() => node.decodeText(encoded))).toBe(attempt(() => web.decodeText(encoded)))
      },
    )
    fc.assert(property, { numRuns: 500 })
    for (const text of ['x'.repeat(20_000), 'é'.repeat(9000), '\uFFFD', '\uFEFF{}', '', '🙂']) {
      expect(node.encodeText(text)).toBe(web.encodeText(text))
      expect(node.decodeText(web.encodeText(text))).toBe(text)
    }
  })
})
