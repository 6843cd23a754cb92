import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as node from './node.ts'
import type { Hash } from './runtime.ts'
import * as web from './web.ts'

const HASHES: readonly Hash[] = ['SHA-1', 'SHA-256', 'SHA-512']

describe('both runtimes', () => {
  it.each(HASHES)('make the same HMAC and digest with %s', async (hash) => {
    for (const [key, text] of [
      ['&', ''],
      ['ü%20&x', 'text ü'],
      ['k'.repeat(300), 'x'.repeat(5000)],
    ] as const) {
      expect(node.hmac(hash, key, text)).toBe(await web.hmac(hash, key, text))
      const bytes = new TextEncoder().encode(text)
      expect(node.digest(hash, bytes)).toBe(await web.digest(hash, bytes))
    }
  })
})

describe('the HMAC of Node.js (RFC 2104 §2)', () => {
  it.each(HASHES)('is that of node:crypto with %s, for any key and text', (hash) => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ minLength: 1300, maxLength: 4200 }),
    )
    const key = fc.string({ unit: 'grapheme', maxLength: 200 })
    fc.assert(
      fc.property(key, text, (secret, message) => {
        const expected = createHmac(hash.replace('-', ''), secret).update(message).digest('base64')
        expect(node.hmac(hash, secret, message)).toBe(expected)
      }),
    )
  })

  it('keeps apart keys and texts that follow one another', () => {
    const inTurn = (): string[] =>
      HASHES.flatMap((hash) => ['a', 'b'].flatMap((key) => ['x'.repeat(200), 'y'].map((text) => node.hmac(hash, key, text)))) // prettier-ignore
    const first = inTurn()
    expect(inTurn()).toEqual(first)
    expect(new Set(first).size).toBe(12)
  })
})
