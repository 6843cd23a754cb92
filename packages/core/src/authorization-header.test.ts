import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { challenge, parseAuthorization } from './authorization-header.ts'
import { parseChallenges } from './challenges.ts'

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
