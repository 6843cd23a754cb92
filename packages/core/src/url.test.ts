import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSecureTransport } from './secure-transport.ts'
import {
  addFragment,
  addQuery,
  assertIssuer,
  isLanguageTag,
  isLocalPath,
  isWithinPath,
  isValidUrl,
  wellKnownPath,
  wellKnownUrl,
} from './url.ts'

describe('isValidUrl', () => {
  it.each([
    'https://a',
    'https://a.example:8443/p;x?q=1&r=%20#f',
    'http://[::1]:80/',
    'com.example.app://cb/x',
    'HTTPS://A.example',
  ])('accepts %s (AC-05)', (url) => {
    expect(isValidUrl(url)).toBe(true)
  })

  it.each([
    '',
    'a.example',
    '/path',
    '//a.example',
    'https:a.example',
    'https:///path',
    'https://',
    'mailto:a@b.example',
    'javascript:alert(1)',
    'https://user@a.example',
    'https://user:pw@a.example',
    'https://@a.example',
    'https://a.example\\@evil.example',
    'https://[::1',
    'https://[zz]/',
    'https://a b.example',
    'https://a.example/ x',
    'https://a.example/\n',
    'https://a.example/é',
    'https://a.example:99999',
    ' https://a.example',
    'https:/a.example',
    "https://a;script-src'*'.example/",
    'https://a,b.example',
    'https://a;b',
    'https://a.example:/',
    'https://%61.example/',
    'http://127.0.0.1:99999/cb',
  ])('refuses %j (AC-05)', (url) => {
    expect(isValidUrl(url)).toBe(false)
  })

  it('refuses a fragment where none is wanted, an empty one too (AC-05)', () => {
    expect(isValidUrl('https://a.example/#f', { fragments: false })).toBe(false)
    expect(isValidUrl('https://a.example/#', { fragments: false })).toBe(false)
    expect(isValidUrl('https://a.example/', { fragments: false })).toBe(true)
  })

  it('throws for no text (AC-05, X2)', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('h', ':', '/', '[', ']', '@', '?', '#', '%', '.', '0', ' ', 'é') }),
        (rest) => {
          expect(typeof isValidUrl(`https://${rest}`)).toBe('boolean')
          expect(typeof isSecureTransport(rest)).toBe('boolean')
        },
      ),
    )
    for (const probe of ['a.', '[', '%', '@', ':', 'a:', '//', '#?']) {
      expect(isValidUrl(`https://x${probe.repeat(25_000)}\n`)).toBe(false)
    }
  })
})

describe('issuers', () => {
  it.each([
    'https://as.example',
    'https://as.example/',
    'https://as.example:8443/tenant',
    'http://localhost:3000',
    'http://127.0.0.1:3000/a',
  ])('accepts %s (RFC 8414 §2)', (issuer) => {
    expect(() => assertIssuer(issuer)).not.toThrow()
  })

  it.each([
    'http://as.example',
    'https://as.example?a',
    'https://as.example/?',
    'https://as.example/#',
    'https://u@as.example',
    'as.example',
    ' https://as.example',
    '',
  ])('refuses %j (RFC 8414 §2)', (issuer) => {
    expect(() => assertIssuer(issuer)).toThrow(expect.objectContaining({ code: 'invalid_issuer' }))
  })

  it.each([
    ['', /empty/],
    [undefined as unknown as string, /empty/],
    ['as.example', /https:\/\//],
    ['https://as.example?tenant=1', /query/],
    ['http://as.example', /loopback/],
    ['https://u@as.example', /user/],
    ['https://as.example/.well-known/openid-configuration', /well-known/],
    ['https://as.example/.well-known/oauth-authorization-server/t1', /well-known/],
  ])('say what is wrong with %j', (issuer, hint) => {
    expect(() => assertIssuer(issuer)).toThrow(
      expect.objectContaining({ code: 'invalid_issuer', hint: expect.stringMatching(hint) }),
    )
  })

  it.each([
    ['https://as.example', 'https://as.example/.well-known/x', 'https://as.example/.well-known/x'],
    ['https://as.example/', 'https://as.example/.well-known/x', 'https://as.example/.well-known/x'],
    ['https://as.example/t1', 'https://as.example/.well-known/x/t1', 'https://as.example/t1/.well-known/x'],
    ['https://as.example:1/t/1/', 'https://as.example:1/.well-known/x/t/1', 'https://as.example:1/t/1/.well-known/x'],
  ])(
    'have their metadata in front of the path (RFC 8414 §3) or behind it (OIDC Discovery §4): %s',
    (issuer, inserted, appended) => {
      expect([wellKnownUrl(issuer, 'x', 'insert'), wellKnownUrl(issuer, 'x', 'append')]).toEqual([inserted, appended])
      expect([wellKnownPath(issuer, 'x', 'insert'), wellKnownPath(issuer, 'x', 'append')]).toEqual([
        new URL(inserted).pathname,
        new URL(appended).pathname,
      ])
    },
  )

  it('keeps the query of a resource behind the path (RFC 9728 §3.1)', () => {
    expect(wellKnownUrl('https://rs.example/r?k=a/b', 'x', 'insert')).toBe('https://rs.example/.well-known/x/r?k=a/b')
    expect(wellKnownUrl('https://rs.example?k=v', 'x', 'insert')).toBe('https://rs.example/.well-known/x?k=v')
    expect(wellKnownPath('https://rs.example/r?k=v', 'x', 'insert')).toBe('/.well-known/x/r')
  })
})

describe('adding parameters', () => {
  it.each([
    ['https://c.example/cb', 'https://c.example/cb?code=a%20b&state=~'],
    ['https://c.example/cb?', 'https://c.example/cb?code=a%20b&state=~'],
    ['https://c.example/cb?x=%7e+&y', 'https://c.example/cb?x=%7e+&y&code=a%20b&state=~'],
    ['https://c.example/cb?x&', 'https://c.example/cb?x&code=a%20b&state=~'],
    ['https://c.example/cb#f?', 'https://c.example/cb?code=a%20b&state=~#f?'],
    ['com.example:/cb', 'com.example:/cb?code=a%20b&state=~'],
  ])('to the query of %s leaves the rest byte for byte (RFC 6749 §3.1.2, AC-07)', (url, expected) => {
    expect(addQuery(url, { code: 'a b', none: undefined, state: '~' })).toBe(expected)
  })

  it('to the fragment (RFC 6749 §4.2.2, AC-07)', () => {
    expect(addFragment('https://c.example/cb?x=1', { a: "'", b: undefined })).toBe('https://c.example/cb?x=1#a=%27')
    expect(addFragment('https://c.example/cb#x', { a: '1' })).toBe('https://c.example/cb#x&a=1')
  })

  it('repeats the name for a list (RFC 8707 §2)', () => {
    expect(addQuery('https://as.example/a?b=c', { resource: ['x', 'y'], none: [] })).toBe(
      'https://as.example/a?b=c&resource=x&resource=y',
    )
  })

  it('adds nothing for nothing', () => {
    expect(addQuery('https://c.example/cb#f', { a: undefined })).toBe('https://c.example/cb#f')
    expect(addFragment('https://c.example/cb', {})).toBe('https://c.example/cb')
  })

  it('is read back by every URL parser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect(new URL(addQuery('https://c.example/cb?a=1#f', { v: value })).searchParams.get('v')).toBe(value)
        expect(
          new URLSearchParams(new URL(addFragment('https://c.example/cb', { v: value })).hash.slice(1)).get('v'),
        ).toBe(value)
      }),
    )
  })
})

describe('isLocalPath', () => {
  it.each(['/', '/a', '/a?next=//b#c', '/@evil.example', '/%2f%2fevil.example', '/a//b', '/a\\b'])(
    'accepts %s (R10)',
    (target) => {
      expect(isLocalPath(target)).toBe(true)
    },
  )

  it.each([
    '',
    'a',
    '//evil.example',
    '/\\evil.example',
    '\\/evil.example',
    'https:evil.example',
    'https://evil.example',
    '%2f%2fevil.example',
    'javascript:alert(1)',
    '@evil.example',
    '/a\r\nset-cookie: a=b',
    '/\t/evil.example',
    ' /a',
    '/é',
    '/.//evil.example',
    '/./\\evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    '/%2E%2e/%2e//evil.example',
  ])('refuses %j (R10)', (target) => {
    expect(isLocalPath(target)).toBe(false)
  })

  it('accepts nothing that a browser takes elsewhere (R10, X2)', () => {
    const unit = fc.constantFrom('/', '\\', '\t', '\n', '.', '@', ':', '%2f', 'a', '?', '#', ' ')
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (target) => {
        if (!isLocalPath(target)) return
        const { origin, pathname, search, hash } = new URL(target, 'https://app.example/x')
        expect(origin).toBe('https://app.example')
        expect(new URL(pathname + search + hash, origin).origin).toBe(origin) // normalised by a router, followed again
      }),
      { numRuns: 5000 },
    )
    expect(isLocalPath(`/${'a/'.repeat(25_000)}\n`)).toBe(false)
  })
})

describe('isLanguageTag', () => {
  it.each([
    'en',
    'de-DE',
    'zh-Hant-TW',
    'x-private',
    'i-klingon',
    'sl-rozaj-biske',
    'de-CH-1901',
    'hy-Latn-IT-arevela',
    'EN-us',
  ])('accepts %s (RFC 5646 §2.1, AC-08)', (tag) => {
    expect(isLanguageTag(tag)).toBe(true)
  })

  it.each(['', 'en_US', 'e', 'x', 'en-', '-en', 'en--US', 'en-toolongsub', 'toolonglang', 'en US', 'é', '1', 'en\n'])(
    'refuses %j (AC-08)',
    (tag) => {
      expect(isLanguageTag(tag)).toBe(false)
    },
  )

  it('refuses what is no text (AC-08), and long probes (X2)', () => {
    for (const value of [undefined, null, 1, ['en'], {}]) expect(isLanguageTag(value as never)).toBe(false)
    expect(isLanguageTag(`en${'-a'.repeat(25_000)}_`)).toBe(false)
  })
})

describe('isWithinPath', () => {
  it.each([
    ['/mcp', '/mcp', true],
    ['/mcp/', '/mcp', true],
    ['/mcp/tools', '/mcp', true],
    ['/mcp/tools', '/mcp/', true],
    ['/anything', '/', true],
    ['/mcp-other', '/mcp', false],
    ['/mc', '/mcp', false],
    ['/mcp', '/mcp/', false],
  ])('%s is below %s: %s', (path, base, expected) => {
    expect(isWithinPath(path, base)).toBe(expected)
  })
})
