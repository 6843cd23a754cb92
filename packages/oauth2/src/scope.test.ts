import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coversScope, formatScope, parseScope, sameScope } from './scope.ts'

describe('scope (RFC 6749 §3.3)', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['read', ['read']],
    ['read write', ['read', 'write']],
    ['openid openid', ['openid']],
    ['a  b', ['a', 'b']],
    ['api:read https://x.example/y !#[]~', ['api:read', 'https://x.example/y', '!#[]~']],
    ['Read read', ['Read', 'read']],
    ['__proto__ constructor', ['__proto__', 'constructor']],
  ])('reads %j', (text, words) => {
    expect(parseScope(text)).toEqual(words)
  })

  it.each(['a"b', 'a\\b', 'a\tb', 'a\nb', 'ä', '\0'])('refuses %j', (text) => {
    expect(() => parseScope(text)).toThrow(expect.objectContaining({ code: 'invalid_scope' }) as Error)
  })

  it('reads back what it writes', () => {
    const word = fc.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 50 }), (words) => {
        expect(parseScope(formatScope(words))).toEqual(words)
      }),
    )
  })

  it('covers and equals without regard to order', () => {
    expect(coversScope(['a', 'b'], ['b'])).toBe(true)
    expect(coversScope(['a'], ['a', 'b'])).toBe(false)
    expect(sameScope(['a', 'b'], ['b', 'a'])).toBe(true)
    expect(sameScope(['a', 'b'], ['a'])).toBe(false)
  })
})
