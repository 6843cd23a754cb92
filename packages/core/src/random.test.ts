import { expect, it } from 'vitest'
import { decodeBase64url } from './encoding.ts'
import { randomToken, systemRandom } from './random.ts'

it('makes tokens of 32 bytes from the system generator (RFC 6749 §10.10, AC-02)', () => {
  const tokens = Array.from({ length: 1000 }, () => randomToken())
  expect(new Set(tokens).size).toBe(1000)
  for (const token of tokens) expect(decodeBase64url(token)).toHaveLength(32)
})

it('takes its randomness and its length from outside', () => {
  expect(randomToken((length) => new Uint8Array(length).fill(255), 3)).toBe('____')
})

it('never hands out the same memory twice', () => {
  const first = systemRandom(16)
  const copy = first.slice()
  for (let i = 0; i < 1000; i++) systemRandom(16).fill(0)
  expect(first).toEqual(copy)
})
