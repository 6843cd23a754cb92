import { encodeFormValue } from '@authlib/core/kit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeTwice, percentEncode } from './percent-encoding.ts'

/** Any UTF-16, lone surrogates too. */
const codeUnits = fc.uint16Array().map((units) => String.fromCharCode(...units))

it('encodes as core does, once and twice (RFC 5849 §3.6)', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), codeUnits), (text) => {
      expect(percentEncode(text)).toBe(encodeFormValue(text))
      expect(encodeTwice(text)).toBe(encodeFormValue(encodeFormValue(text)))
    }),
  )
})

it('writes U+FFFD for a lone surrogate, and keeps what comes before', () => {
  expect(encodeTwice('a b\uD800c')).toBe('a%2520b%25EF%25BF%25BDc')
})
