import { describe, expect, it } from 'vitest'
import { matchesRedirectUri, redirectUriFault } from './redirect-uri.ts'

describe('registering a redirect URI (RFC 6749 §3.1.2, RFC 8252 §7, G1)', () => {
  it.each([
    ['https://app.example/cb', 'web'],
    ['https://app.example/cb?tenant=1', 'web'],
    ['http://localhost:3000/cb', 'web'],
    ['http://127.0.0.1/cb', 'native'],
    ['http://[::1]:9/cb', 'native'],
    ['com.example.app:/cb', 'native'],
  ] as const)('accepts %s for %s clients', (uri, type) => {
    expect(redirectUriFault(uri, type)).toBeNull()
  })

  it.each([
    ['https://app.example/cb#x', 'web'],
    ['http://app.example/cb', 'web'],
    ['https://user@app.example/cb', 'web'],
    ['/cb', 'web'],
    ['', 'web'],
    ['javascript:alert(1)', 'web'],
    ['javascript:alert(1)', 'native'],
    ['data:text/html,x', 'native'],
    ['com.example.app:/cb', 'web'],
    ['myapp:/cb', 'native'],
    ['https://app.example/c b', 'web'],
    ['https://app.example/\\cb', 'web'],
    ['https://аpp.example/cb', 'web'],
    ['https://app.example/cb\r\n', 'web'],
    ['https:/evil.example/cb', 'web'],
    ['https:evil.example/cb', 'web'],
    ['https:///evil.example/cb', 'web'],
    ['https://app.example;evil/cb', 'web'],
    ['https://app,example/cb', 'web'],
    ['http://127.0.0.1:99999/cb', 'native'],
    ['http:/127.0.0.1/cb', 'native'],
  ] as const)('refuses %j for %s clients', (uri, type) => {
    expect(redirectUriFault(uri, type)).toBeTypeOf('string')
  })
})

describe('using one (RFC 9700 §2.1, RFC 8252 §7.3)', () => {
  it('compares byte for byte', () => {
    expect(matchesRedirectUri('https://app.example/cb', 'https://app.example/cb', 'web')).toBe(true)
    expect(matchesRedirectUri('https://app.example/cb', 'https://app.example/cb/', 'web')).toBe(false)
    expect(matchesRedirectUri('https://app.example/cb', 'https://app.example:443/cb', 'web')).toBe(false)
  })

  it.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb', true],
    ['http://127.0.0.1:5/cb', 'http://127.0.0.1:65535/cb', true],
    ['http://[::1]/cb', 'http://127.0.0.1/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb?x=1', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1@evil.example/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:999999/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:99999/cb', false],
    ['http://[::1]/cb', 'http://[::1]:65536/cb', false],
    ['http://127.0.0.1/cb', 'https://127.0.0.1:1/cb', false],
    ['http://localhost/cb', 'http://localhost:1/cb', false],
  ])('registered %s, native client asks for %s: %s', (registered, asked, matches) => {
    expect(matchesRedirectUri(registered, asked, 'native')).toBe(matches)
  })
})
