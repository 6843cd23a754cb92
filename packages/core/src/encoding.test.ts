import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, decodeBase64url, decodeUtf8, encodeBase64, encodeBase64url, encodeUtf8 } from './encoding.ts'

const invalid = expect.objectContaining({ code: 'invalid_encoding', status: 400 })

describe('base64url', () => {
  it('writes without padding (RFC 7515 §2, AC-01)', () => {
    const bytes = Uint8Array.of(3, 236, 255, 224, 193) // RFC 7515 appendix C
    expect(encodeBase64url(bytes)).toBe('A-z_4ME')
    expect(decodeBase64url('A-z_4ME')).toEqual(bytes)
  })

  it('reads back whatever it writes, with base64 translated by RFC 4648 §5 (AC-01)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase64url(bytes)
        expect(text).toBe(encodeBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, ''))
        expect(decodeBase64url(text)).toEqual(bytes)
      }),
    )
  })

  it('accepts one spelling only: text it decodes is text it would write (RFC 4648 §3.5)', () => {
    const nearly = fc.string({
      unit: fc.constantFrom('A', 'Q', 'B', '_', '-', '+', '/', '=', ' ', 'é', '\n'),
      maxLength: 9,
    })
    fc.assert(
      fc.property(nearly, (text) => {
        let bytes
        try {
          bytes = decodeBase64url(text)
        } catch (error) {
          expect(error).toEqual(invalid)
          return
        }
        expect(encodeBase64url(bytes)).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['padding', 'QQ=='],
    ['the other alphabet', '+/+/'],
    ['stray bits in two characters', 'QR'],
    ['stray bits in three characters', 'QUJ'],
    ['a single character', 'A'],
    ['white space', 'QQ Q'],
    ['a line break', 'QUJD\n'],
    ['a letter beyond Latin', 'QUJDŁ'],
    ['NUL', 'QUJD\0'],
  ])('refuses %s', (_, text) => {
    expect(() => decodeBase64url(text)).toThrow(invalid)
  })

  it('hands out memory of its own', () => {
    expect(decodeBase64url('QUJD').buffer.byteLength).toBe(3)
  })
})

describe('base64', () => {
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foobar', 'Zm9vYmFy'],
  ])('writes %j as RFC 4648 §10 does', (plain, text) => {
    expect(encodeBase64(encodeUtf8(plain))).toBe(text)
    expect(decodeUtf8(decodeBase64(text))).toBe(plain)
  })

  it.each(['Zg', 'Zg=', 'Zh==', 'Zm9v====', 'Zm9-', ' Zm9v', 'Z===', '===='])('refuses %j', (text) => {
    expect(() => decodeBase64(text)).toThrow(invalid)
  })

  it('says nothing of the text in its error', () => {
    const error = (() => {
      try {
        return decodeBase64('s3cret!')
      } catch (thrown) {
        return thrown
      }
    })()
    expect(String(error)).not.toContain('s3cret')
  })
})

describe('UTF-8', () => {
  it('reads back every text without lone surrogates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text)
      }),
    )
  })

  it('keeps a byte order mark as a character', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\uFEFFA')
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80]],
  ])('refuses %s (RFC 3629 §3)', (_, bytes) => {
    expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(invalid)
  })
})
