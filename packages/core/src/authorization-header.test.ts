import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { challenge, parseAuthorization, parseChallenges } from './authorization-header.ts'

const probes = ['"', '\\', '\\"', ',', ' ', '\t', '=', 'a', 'a=', 'a,', 'a ', 'a="', 'a =', 'a=b,', 'a= ', '=,', ' =']

describe('parseAuthorization', () => {
  it.each([
    ['Bearer abc', { scheme: 'bearer', value: 'abc' }],
    ['basic  QTpC ', { scheme: 'basic', value: 'QTpC' }],
    ['DPoP a b', { scheme: 'dpop', value: 'a b' }],
    ['Bearer', { scheme: 'bearer', value: '' }],
    ['OAuth realm="x", oauth_token="y"', { scheme: 'oauth', value: 'realm="x", oauth_token="y"' }],
  ])('reads %j, whatever the case of the scheme (RFC 9110 §11.4, T7)', (header, expected) => {
    expect(parseAuthorization(header)).toEqual(expected)
  })

  it.each([null, '', ' ', '"Bearer" x', 'Bea/rer x', 'é x', 'Bearer\tx', 'Bearer: x'])('finds none in %j', (header) => {
    expect(parseAuthorization(header)).toBeNull()
  })

  it('takes prototypes as data (X1) and long probes in linear time (X2)', () => {
    expect(parseAuthorization('__proto__ x')).toEqual({ scheme: '__proto__', value: 'x' })
    for (const probe of probes) {
      const found = parseAuthorization(`Basic ${probe.repeat(50_000 / probe.length)}`)
      expect(found?.scheme).toBe('basic')
    }
  })
})

describe('challenge', () => {
  it('quotes every value and leaves undefined out (RFC 6750 §3)', () => {
    expect(challenge('Bearer', { realm: 'a "b" \\c', error: undefined, scope: 'x y' })).toBe(
      'Bearer realm="a \\"b\\" \\\\c", scope="x y"',
    )
    expect(challenge('Bearer', { error: undefined })).toBe('Bearer')
  })

  it.each(['a\r\nX: 1', 'a\0', '\x7f', 'é', '\t'])('refuses %j', (value) => {
    expect(() => challenge('Bearer', { realm: value })).toThrow(TypeError)
  })

  it('is read back', () => {
    const name = fc.stringMatching(/^[a-z_]{1,8}$/)
    const params = fc.dictionary(name, fc.string(), { noNullPrototype: true, minKeys: 1, maxKeys: 5 })
    fc.assert(
      fc.property(fc.array(fc.tuple(name, params), { minLength: 1, maxLength: 4 }), (list) => {
        const header = list.map(([scheme, values]) => challenge(scheme, values)).join(', ')
        const expected = list.map(([scheme, values]) => ({ scheme, params: new Map(Object.entries(values)) }))
        expect(parseChallenges(header)).toEqual(expected)
      }),
    )
  })
})

describe('parseChallenges', () => {
  it.each([
    ['', []],
    [' , ,', []],
    ['Negotiate', [['negotiate', {}]]],
    [
      'Negotiate, Basic',
      [
        ['negotiate', {}],
        ['basic', {}],
      ],
    ],
    ['NTLM TlRMTVNTUAAB==', [['ntlm', {}, 'TlRMTVNTUAAB==']]],
    [
      'NTLM abc , Bearer realm=x',
      [
        ['ntlm', {}, 'abc'],
        ['bearer', { realm: 'x' }],
      ],
    ],
    [
      'Bearer realm="a, b\\"c\\\\" , ERROR = invalid_token,Basic realm=x',
      [
        ['bearer', { realm: 'a, b"c\\', error: 'invalid_token' }],
        ['basic', { realm: 'x' }],
      ],
    ],
    ['Bearer realm="",, scope="a=b",', [['bearer', { realm: '', scope: 'a=b' }]]],
    [
      'DPoP algs="ES256", Bearer resource_metadata="https://rs.example/.well-known/x?a=1,2"',
      [
        ['dpop', { algs: 'ES256' }],
        ['bearer', { resource_metadata: 'https://rs.example/.well-known/x?a=1,2' }],
      ],
    ],
    [
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
      [
        // RFC 9110 §11.6.1
        ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
        ['basic', { realm: 'simple' }],
      ],
    ],
  ] as [string, [string, Record<string, string>, string?][]][])(
    'reads %j (RFC 9110 §11.6.1, S5)',
    (header, expected) => {
      expect(parseChallenges(header)).toEqual(
        expected.map(([scheme, params, token68]) => ({
          scheme,
          params: new Map(Object.entries(params)),
          ...(token68 === undefined ? {} : { token68 }),
        })),
      )
    },
  )

  it.each([
    'realm=x',
    'Bearer realm=, scope=x',
    'Bearer realm="x',
    'Bearer realm="x\\',
    'Bearer realm="x\\"',
    'Bearer realm=x scope=y',
    'Bearer realm="x"scope="y"',
    'Bearer realm=x, realm=y',
    'Bearer realm=x, REALM=y',
    'Bearer Basic realm=x',
    'Bearer abc==, realm=x',
    'Bearer abc== realm=x',
    'Bearer abc=d=e',
    'Bearer "x"',
    'Bearer é',
    '"Bearer" realm=x',
    'Bearer error=invalid_token, error_description=The token expired',
    'Basic realm=ok, Bearer realm="',
  ])('finds nothing in the malformed %j (S5)', (header) => {
    expect(parseChallenges(header)).toEqual([])
  })

  it('takes prototypes as data (X1)', () => {
    const [found] = parseChallenges('Bearer __proto__="x", constructor=y')
    expect([found?.params.get('__proto__'), found?.params.get('toString')]).toEqual(['x', undefined])
  })

  it('reads 50 kB of anything once (S5, X2)', () => {
    for (const probe of probes) {
      const long = probe.repeat(50_000 / probe.length)
      for (const header of [
        long,
        `Bearer ${long}`,
        `Bearer a="${long}`,
        `Bearer a=${long}`,
        `Bearer a=b, ${long}`,
        `a ${long}\n`,
      ]) {
        expect(Array.isArray(parseChallenges(header))).toBe(true)
      }
    }
    expect(parseChallenges(`Bearer realm="${'\\\\'.repeat(25_000)}"`)[0]?.params.get('realm')).toBe('\\'.repeat(25_000))
  })
})
