import { decodeBase64url } from '@authlib/core/kit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { base64urlLength } from './base64url-length.ts'

it('agrees with the decoder about every text (RFC 4648 §3.5)', () => {
  const lengthOf = (text: string) => {
    try {
      return decodeBase64url(text).length
    } catch {
      return -1
    }
  }
  const texts = fc.oneof(
    fc.stringMatching(/^[\w-]*$/),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc.base64String(),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(texts, (text) => {
      expect(base64urlLength(text)).toBe(lengthOf(text))
    }),
    { numRuns: 3000 },
  )
  for (const text of ['', 'A', 'AA\n', '\nAA', 'AAA', 'AAAA', 'AB', 'AAB'])
    expect(base64urlLength(text)).toBe(lengthOf(text))
})
