import { describe, expect, it } from 'vitest'
import { parseChallenges } from './challenges.ts'

const probes = ['"', '\\', '\\"', ',', ' ', '\t', '=', 'a', 'a=', 'a,', 'a ', 'a="', 'a =', 'a=b,', 'a= ', '=,', ' =']

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
