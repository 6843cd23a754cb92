import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFormValue, encodeForm, encodeFormValue, Params } from './params.ts'

const invalid = expect.objectContaining({ code: 'invalid_request', status: 400 })

describe('Params.parse', () => {
  it('decodes names and values (RFC 6749 appendix B)', () => {
    const params = Params.parse('grant%5Ftype=authorization_code&scope=a+b%20c&caf%C3%A9=%E2%82%AC&a=b=c')
    expect([...params]).toEqual([
      ['grant_type', 'authorization_code'],
      ['scope', 'a b c'],
      ['café', '€'],
      ['a', 'b=c'],
    ])
  })

  it('counts a parameter without a value as omitted (RFC 6749 §3.1)', () => {
    const params = Params.parse('&a=&b&&c=1&')
    expect([params.get('a'), params.has('a'), params.get('b'), params.has('b'), params.get('c')]).toEqual([
      undefined,
      false,
      undefined,
      false,
      '1',
    ])
    expect([[...params.names()], params.all('a')]).toEqual([['c'], []])
  })

  it('names what was repeated and gives no value for it (RFC 6749 §3.1)', () => {
    expect(Params.parse('a&a=1').repeated).toEqual(['a'])
    const params = Params.parse('a=1&b=2&a=3&c=&c=4&a=5')
    expect(params.repeated).toEqual(['a', 'c'])
    expect([params.get('a'), params.get('b'), params.get('c')]).toEqual([undefined, '2', undefined])
  })

  it('keeps repeated values in their order (AC-06)', () => {
    const params = Params.parse('resource=1&audience=x&resource=2')
    expect(params.repeated).toEqual([]) // RFC 8707 §2, RFC 8693 §2.1
    expect([params.all('resource'), params.get('resource'), params.get('audience')]).toEqual([
      ['1', '2'],
      undefined,
      'x',
    ])
    expect(Params.parse('a=1&a=2', { repeatable: ['a'] }).repeated).toEqual([])
    expect(Params.parse('resource=1&resource=2', { repeatable: [] }).repeated).toEqual(['resource'])
  })

  it.each([
    ['a bare percent sign', 'a=%'],
    ['half an escape', 'a=%4'],
    ['an escape that is not hexadecimal', 'a=%zz'],
    ['a bad escape in a name', '%f=1'],
    ['bytes that are not UTF-8', 'a=%FF'],
    ['an overlong encoding', 'a=%C0%AF'],
    ['an encoded surrogate', 'a=%ED%A0%80'],
    ['NUL', 'a=%00'],
    ['a bare space', 'scope=a b'],
    ['a line break', 'a=1\nb=2'],
    ['a letter beyond ASCII', 'a=é'],
    ['JSON', '{"a":1}'],
    ['markup', 'a=<b>'],
  ])('refuses %s (AC-06)', (_, text) => {
    expect(() => Params.parse(text)).toThrow(invalid)
  })

  it('has limits for length and count (T12)', () => {
    const many = (count: number): string => Array.from({ length: count }, (_, i) => `a${i}=1`).join('&')
    expect([...Params.parse(many(100)).names()]).toHaveLength(100)
    expect(() => Params.parse(many(101))).toThrow(invalid)
    expect(() => Params.parse(many(10_000))).toThrow(invalid)
    expect(() => Params.parse('a=1&'.repeat(101))).toThrow(invalid)
    expect(Params.parse(`a=${'x'.repeat(65_534)}`).get('a')).toHaveLength(65_534)
    expect(() => Params.parse(`a=${'x'.repeat(65_535)}`)).toThrow(invalid)
    expect(() => Params.parse('a=1&b=2', { limits: { maxCount: 1 } })).toThrow(invalid)
    expect(() => Params.parse('a=1', { limits: { maxLength: 2 } })).toThrow(invalid)
  })

  it('takes the names of prototypes and nested forms as plain data (X1, T12)', () => {
    const text = '__proto__[x]=1&__proto__=2&constructor.prototype=3&toString=4&hasOwnProperty=5&a[b][c]=6&code[]=7'
    const params = Params.parse(text)
    expect([...params.names()]).toEqual([
      '__proto__[x]',
      '__proto__',
      'constructor.prototype',
      'toString',
      'hasOwnProperty',
      'a[b][c]',
      'code[]',
    ])
    expect([params.get('__proto__'), params.get('toString'), params.get('code')]).toEqual(['2', '4', undefined])
    const empty = Params.parse('')
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect([empty.get(name), empty.has(name), empty.all(name)]).toEqual([undefined, false, []])
    }
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('quotes nothing of the request in its error', () => {
    expect(() => Params.parse('client_secret=s3cret%')).toThrow(/^The parameters are malformed$/)
  })

  it('reads what the platform writes', () => {
    const pairs = fc.uniqueArray(fc.tuple(text, text.filter(Boolean)), { selector: ([name]) => name, maxLength: 20 })
    fc.assert(
      fc.property(pairs, (list) => {
        expect([...Params.parse(new URLSearchParams(list).toString())]).toEqual(list)
      }),
    )
  })

  it('answers any text with parameters or an invalid_request', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '%', '=', '&', '+', '2', 'F', '\0', 'é', '<') }), (raw) => {
        try {
          for (const [name, value] of Params.parse(raw))
            expect([typeof name, typeof value]).toEqual(['string', 'string'])
        } catch (error) {
          expect(error).toEqual(invalid)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('Params', () => {
  it('are made of values, where undefined and empty mean omitted', () => {
    const params = Params.of({ a: '1', b: undefined, c: '', resource: ['x', '', 'y'], ['__proto__']: 'p' })
    expect([...params]).toEqual([
      ['a', '1'],
      ['resource', 'x'],
      ['resource', 'y'],
      ['__proto__', 'p'],
    ])
  })

  it('change only in a copy', () => {
    const params = Params.parse('a=1&b=2&a=3')
    const changed = params.with({ a: '4', b: undefined, c: '5' })
    expect([[...changed], changed.repeated]).toEqual([
      [
        ['a', '4'],
        ['c', '5'],
      ],
      [],
    ])
    expect([params.toString(), params.repeated]).toEqual(['a=1&a=3&b=2', ['a']])
    expect(params.with({ b: '0' }).repeated).toEqual(['a'])
  })

  it('read back what they write', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text.filter(Boolean), { noNullPrototype: true }), (values) => {
        const params = Params.of(values)
        expect([...Params.parse(params.toString())]).toEqual([...params])
        expect([...new URLSearchParams(params.toString())]).toEqual([...params])
      }),
    )
  })
})

describe('encoding', () => {
  it('never escapes the unreserved characters, and escapes all others (RFC 3986 §2.3, AC-07)', () => {
    expect(encodeFormValue('AZaz09-._~')).toBe('AZaz09-._~')
    expect(encodeFormValue(" !'()*&=+%/é€😀")).toBe('%20%21%27%28%29%2A%26%3D%2B%25%2F%C3%A9%E2%82%AC%F0%9F%98%80')
  })

  it('repeats the name for a list, leaves undefined out, keeps the empty text', () => {
    expect(encodeForm({ a: '1', b: undefined, c: '', d: ['x', 'y z'] })).toBe('a=1&c=&d=x&d=y%20z')
  })

  it('survives lone surrogates', () => {
    expect(encodeFormValue('a\uD800b')).toBe('a%EF%BF%BDb')
  })

  it('encodes as encodeURIComponent does, and five characters more (RFC 3986 §2.3)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), codeUnits), (value) => {
        const escaped = encodeURIComponent(value.toWellFormed()).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`) // prettier-ignore
        expect(encodeFormValue(value)).toBe(escaped)
      }),
    )
  })

  it('reads back every text (RFC 6749 §2.3.1, T7)', () => {
    expect(decodeFormValue('a%2Db+c%3A')).toBe('a-b c:')
    expect(() => decodeFormValue('%')).toThrow(invalid)
    fc.assert(
      fc.property(text, (value) => {
        expect(decodeFormValue(encodeFormValue(value))).toBe(value)
      }),
    )
  })
})

/** Any UTF-16, lone surrogates too. */
const codeUnits = fc.uint16Array().map((units) => String.fromCharCode(...units))
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => !value.includes('\0'))
