import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCookies, serializeCookie } from './cookies.ts'

describe('parseCookies', () => {
  it('reads pairs as they were sent (RFC 6265 §5.4)', () => {
    expect([...parseCookies('a=1; b="x y"; c=a=b;d=%20')]).toEqual([
      ['a', '1'],
      ['b', '"x y"'],
      ['c', 'a=b'],
      ['d', '%20'],
    ])
    expect([...parseCookies(null)]).toEqual([])
    expect([...parseCookies('; ;=1;a; =2;b=')]).toEqual([['b', '']])
  })

  it('takes the first of a name, which is the one of the longest path (RFC 6265 §5.4)', () => {
    expect(parseCookies('a=1; a=2').get('a')).toBe('1')
  })

  it('strips space and tab only, so that no name gets a prefix it did not have (RFC 6265 §5.2)', () => {
    expect([...parseCookies(' \t__Host-a \t=\t1 ')]).toEqual([['__Host-a', '1']])
    for (const space of ['\u00a0', '\u2003', '\u3000', '\ufeff', '\u2028', '\v', '\f', '\r', '\n', '\0', '\u0085']) {
      expect([...parseCookies(`${space}__Host-a=1`), ...parseCookies(`__Host-a${space}=1`)]).toEqual([])
    }
  })

  it.each(['"a"=1', 'a b=1', 'a,b=1', 'é=1', '(a)=1', '=1', '[a]=1'])(
    'ignores %s: the name is no token (RFC 6265 §4.1.1)',
    (pair) => {
      expect([...parseCookies(`${pair}; ok=1`)]).toEqual([['ok', '1']])
    },
  )

  it('takes none of a __Host- name that comes twice (RFC 6265bis §4.1.3.2)', () => {
    expect([...parseCookies('__Host-a=1; b=2; __Host-a=3; __host-c=1; __host-c=1')]).toEqual([['b', '2']])
    expect([...parseCookies('__Host-a=1; __Host-a=1; __Host-a=1')]).toEqual([])
  })

  it('takes the names of prototypes as plain data (X1)', () => {
    expect(parseCookies('a=1').get('__proto__')).toBeUndefined()
    expect(parseCookies('__proto__=x; constructor=y').get('__proto__')).toBe('x')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('ignores what is beyond 200 cookies, and reads long probes (X2, X3)', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `c${i}=1`).join('; ')
    expect(parseCookies(many).size).toBe(200)
    for (const probe of [';', '=', ' ', '; ', '"', 'a=;', '\t'])
      expect(parseCookies(probe.repeat(50_000)).size).toBeLessThan(3)
  })
})

describe('serializeCookie', () => {
  it('writes safe defaults', () => {
    expect(serializeCookie({ name: 'a', value: '1' })).toBe('a=1; Path=/; SameSite=Lax; HttpOnly')
  })

  it('writes everything that is asked for', () => {
    expect(
      serializeCookie({
        name: '__Host-a',
        value: 'x',
        maxAge: 0,
        path: '/',
        sameSite: 'None',
        httpOnly: false,
        secure: true,
      }),
    ).toBe('__Host-a=x; Path=/; Max-Age=0; SameSite=None; Secure')
    expect(serializeCookie({ name: 'a', value: '', path: '/a b', sameSite: 'Strict' })).toBe(
      'a=; Path=/a b; SameSite=Strict; HttpOnly',
    )
  })

  it.each([
    ['a name that is no token', { name: 'a b' }],
    ['an empty name', { name: '' }],
    ['a semicolon in the value', { value: 'a; Domain=evil.example' }],
    ['a line break in the value', { value: 'a\r\nSet-Cookie: b=1' }],
    ['a space in the value', { value: 'a b' }],
    ['a letter beyond ASCII', { value: 'é' }],
    ['a semicolon in the path', { path: '/; Domain=evil.example' }],
    ['a relative path', { path: 'a' }],
    ['a part of a second', { maxAge: 1.5 }],
    ['maxAge NaN', { maxAge: NaN }],
    ['a __Host- cookie that is not secure', { name: '__Host-a' }],
    ['a __Host- cookie with a path', { name: '__Host-a', secure: true, path: '/a' }],
    ['a __secure- cookie that is not secure', { name: '__secure-a' }],
    ['SameSite=None that is not secure', { sameSite: 'None' as const }],
  ])('refuses %s', (_, cookie) => {
    expect(() => serializeCookie({ name: 'a', value: 'x', ...cookie })).toThrow(TypeError)
  })

  it('is read back, or refused without a word of the value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ unit: 'binary' }), (name, value) => {
        try {
          const text = serializeCookie({ name, value })
          expect([...parseCookies(text.slice(0, text.indexOf(';')))]).toEqual([[name, value]])
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
        }
      }),
    )
    expect(() => serializeCookie({ name: 'a', value: 's3cret;' })).toThrow(/^(?!.*s3cret)/)
  })
})
