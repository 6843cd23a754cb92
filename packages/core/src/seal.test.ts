import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64url, decodeUtf8, encodeBase64url } from './encoding.ts'
import { createMac, createSealer } from './seal.ts'

const current = 'current secret of 32 characters.'
const older = 'the older secret, 32 characters.'

async function open(sealer: ReturnType<typeof createSealer>, text: string, context?: string): Promise<string | null> {
  const bytes = await sealer.open(text, context)
  return bytes && decodeUtf8(bytes)
}

describe('createSealer', () => {
  const sealer = createSealer({ secrets: [current], label: 'login' })

  it('opens what it sealed, in the same context only', async () => {
    const sealed = await sealer.seal('grüße', 'cookie-1')
    expect(await open(sealer, sealed, 'cookie-1')).toBe('grüße')
    expect(await open(sealer, sealed, 'cookie-2')).toBeNull()
    expect(await open(sealer, sealed)).toBeNull()
    expect(await sealer.open(await sealer.seal(Uint8Array.of(0, 255)))).toEqual(Uint8Array.of(0, 255))
    expect(await open(sealer, await sealer.seal(''))).toBe('')
  })

  it('is compact, says nothing, and is never the same twice', async () => {
    const sealed = await sealer.seal('x'.repeat(100))
    expect(decodeBase64url(sealed)).toHaveLength(129)
    expect(await sealer.seal('x'.repeat(100))).not.toBe(sealed)
  })

  it('opens nothing tampered with, at any bit', async () => {
    const bytes = decodeBase64url(await sealer.seal('abc'))
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(await sealer.open(encodeBase64url(changed))).toBeNull()
    }
  })

  it('opens no other text, and never throws for one', async () => {
    const sealed = await sealer.seal('abc')
    for (const text of [
      '',
      'A',
      'AQ',
      'AAAA',
      `${sealed}=`,
      ` ${sealed}`,
      sealed.slice(0, -4),
      `${sealed}AAAA`,
      'é'.repeat(60),
    ]) {
      expect(await sealer.open(text)).toBeNull()
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) => {
        expect(await sealer.open(encodeBase64url(bytes))).toBeNull()
      }),
    )
  })

  it('rotates: the first secret seals, every secret opens', async () => {
    const before = createSealer({ secrets: [older], label: 'login' })
    const during = createSealer({ secrets: [current, older], label: 'login' })
    expect(await open(during, await before.seal('a'))).toBe('a')
    expect(await open(sealer, await during.seal('b'))).toBe('b')
    expect(await open(before, await during.seal('c'))).toBeNull()
  })

  it('separates purposes by label', async () => {
    const other = createSealer({ secrets: [current], label: 'consent' })
    expect(await open(other, await sealer.seal('a'))).toBeNull()
  })

  it('seals under the first of several labels, and opens what was sealed under any', async () => {
    const before = createSealer({ secrets: [older], label: 'former' })
    const after = createSealer({ secrets: [current, older], label: ['login', 'former'] })
    expect(await open(after, await before.seal('a'))).toBe('a')
    expect(await open(sealer, await after.seal('b'))).toBe('b')
    expect(await open(before, await after.seal('c'))).toBeNull()
  })

  it('seals large strings', async () => {
    const large = 'x'.repeat(1_000_000)
    expect(await open(sealer, await sealer.seal(large))).toBe(large)
  })

  it('takes its IV from outside', async () => {
    const fixed = createSealer({
      secrets: [current],
      label: 'login',
      random: (length) => new Uint8Array(length).fill(7),
    })
    expect(await fixed.seal('a')).toBe(await fixed.seal('a'))
    expect(decodeBase64url(await fixed.seal('a')).slice(0, 13)).toEqual(Uint8Array.of(1, ...Array<number>(12).fill(7)))
  })
})

describe('createMac', () => {
  it('verifies what it signed, of every secret, and nothing else', async () => {
    const [mac, before] = [
      createMac({ secrets: [current, older], label: 'rt' }),
      createMac({ secrets: [older], label: 'rt' }),
    ]
    const signature = await mac.sign('rt_1.2')
    expect(decodeBase64url(signature)).toHaveLength(32)
    expect(await mac.verify('rt_1.2', signature)).toBe(true)
    expect(await mac.verify('rt_1.2', await before.sign('rt_1.2'))).toBe(true)
    expect(await before.verify('rt_1.2', signature)).toBe(false)
    expect(await mac.verify('rt_1.3', signature)).toBe(false)
    expect(await createMac({ secrets: [current], label: 'code' }).verify('rt_1.2', signature)).toBe(false)
    for (const wrong of [
      '',
      signature.slice(1),
      `${signature}=`,
      signature.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ]) {
      expect(await mac.verify('rt_1.2', wrong)).toBe(false)
    }
  })

  it('signs under the first of several labels, and verifies what was signed under any', async () => {
    const before = createMac({ secrets: [older], label: 'former' })
    const after = createMac({ secrets: [current, older], label: ['rt', 'former'] })
    expect(await after.verify('rt_1.2', await before.sign('rt_1.2'))).toBe(true)
    expect(await before.verify('rt_1.2', await after.sign('rt_1.2'))).toBe(false)
    expect(await after.sign('rt_1.2')).toBe(await createMac({ secrets: [current], label: 'rt' }).sign('rt_1.2'))
  })
})

it('refuses secrets that can be guessed', () => {
  const weak = expect.objectContaining({ code: 'weak_secret', hint: expect.any(String) })
  for (const secrets of [[], [''], ['x'.repeat(31)], [current, 'short']]) {
    expect(() => createSealer({ secrets, label: 'x' })).toThrow(weak)
    expect(() => createMac({ secrets, label: 'x' })).toThrow(weak)
  }
})

it.each<[secrets: unknown, message: string]>([
  [undefined, '`secrets` must be an array of strings, not undefined'],
  ['x'.repeat(40), '`secrets` must be an array of strings, not a string'],
  [[], '`secrets` is empty'],
  [[undefined], 'secrets[0] is undefined, not a string'],
  [[current, 5], 'secrets[1] is a number, not a string'],
  [[current, 'short'], 'secrets[1] has 5 characters, at least 32 are needed'],
])('says what is wrong with %j', (secrets, message) => {
  const create = (): unknown => createSealer({ secrets: secrets as string[], label: 'x' })
  expect(create).toThrow(expect.objectContaining({ code: 'weak_secret', message }))
})
