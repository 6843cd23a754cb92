import fc from 'fast-check'
import { expect, it } from 'vitest'
import { constantTimeEqual } from './compare.ts'
import { encodeUtf8 } from './encoding.ts'

it('judges like ===', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '€'), maxLength: 4 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(constantTimeEqual(a, b)).toBe(a === b)
      expect(constantTimeEqual(a, encodeUtf8(b))).toBe(a === b)
      expect(constantTimeEqual(a, a)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

it('sees a difference of one bit, and of length', () => {
  expect(constantTimeEqual(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 2))).toBe(false)
  expect(constantTimeEqual(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2))).toBe(false)
  expect(constantTimeEqual('', '')).toBe(true)
})
