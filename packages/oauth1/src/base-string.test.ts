import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseString, normalizeParameters } from './base-string.ts'
import type { Pair } from './pairs.ts'

/** Straight from the text of the RFC, without a thought of speed. */
function plainBaseString(method: string, uri: string, pairs: readonly Pair[]): string {
  return [method.toUpperCase(), uri, plainParameters(pairs)].map(plainEncode).join('&')
}

function plainParameters(pairs: readonly Pair[]): string {
  const encoded = pairs.map(([name, value]): Pair => [plainEncode(name), plainEncode(value)])
  const sorted = encoded.toSorted(([a, x], [b, y]) => compareText(a, b) || compareText(x, y))
  return sorted.map(([name, value]) => `${name}=${value}`).join('&')
}

function plainEncode(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCharCode(byte)
    return /[A-Za-z0-9._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', 'A', '-', '.', '~', '%', '&', '=', '+', ' ', 'ü'), maxLength: 6 }),
)
const pairs = fc.array(fc.tuple(text, text), { maxLength: 60 })

describe('the base string (RFC 5849 §3.4.1)', () => {
  it('is what a plain reading of the text gives, for any parameters', () => {
    fc.assert(
      fc.property(pairs, (all) => {
        expect(normalizeParameters(all)).toBe(plainParameters(all))
        const expected = plainBaseString('post', 'https://api.example/a b', all)
        expect(baseString({ method: 'post', uri: 'https://api.example/a b', pairs: all })).toBe(expected)
      }),
    )
  })

  it('does not depend on the order in which parameters are given, and changes none', () => {
    fc.assert(
      fc.property(pairs, (all) => {
        const copy = structuredClone(all)
        expect(normalizeParameters(all.toReversed())).toBe(normalizeParameters(all))
        expect(all).toEqual(copy)
      }),
    )
  })

  it('sorts a thousand parameters as well as a few', () => {
    const many = Array.from({ length: 1000 }, (_, n): Pair => [`p${(n * 7919) % 1000}`, `v${n % 3}`])
    expect(normalizeParameters(many)).toBe(plainParameters(many))
  })
})
