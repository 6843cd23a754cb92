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
    ['https://*.app.example/cb', 'web'],
    ['https://app.*/cb', 'web'],
    ['http://localhost.evil.example/cb', 'native'],
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

describe('redirect URIs of native clients beyond RFC 8252, by name', () => {
  it.each([
    ['http://localhost/callback', 'http://localhost:3118/callback', true],
    ['http://localhost:33418/', 'http://localhost:51004', true],
    ['http://localhost', 'http://localhost:51004/', true],
    ['http://localhost/callback', 'http://localhost:3118/other', false],
    ['http://localhost/callback', 'http://127.0.0.1:3118/callback', false],
    ['http://localhost/callback', 'http://localhost.evil.example:3118/callback', false],
    ['http://localhost/callback', 'http://localhost:3118@evil.example/callback', false],
    ['https://localhost/callback', 'https://localhost:3118/callback', false],
  ])('localhostAnyPort: registered %s, asked for %s: %s (RFC 8252 §8.3)', (registered, asked, matches) => {
    expect(matchesRedirectUri(registered, asked, 'native', { localhostAnyPort: true })).toBe(matches)
    expect(matchesRedirectUri(registered, asked, 'native')).toBe(false)
    expect(matchesRedirectUri(registered, asked, 'web', { localhostAnyPort: true })).toBe(false)
  })

  it('takes a loopback address without a path for one with the path /', () => {
    expect(matchesRedirectUri('http://127.0.0.1:33418/', 'http://127.0.0.1:1', 'native')).toBe(true)
    expect(matchesRedirectUri('http://127.0.0.1', 'http://127.0.0.1:1/?a=b', 'native')).toBe(false)
  })

  it.each(['cursor://anysphere.cursor-mcp/oauth/callback', 'claude://login', 'vscode://vendor.extension/cb'])(
    'schemesWithoutDot: %s (RFC 8252 §7.1)',
    (uri) => {
      expect(redirectUriFault(uri, 'native', { schemesWithoutDot: true })).toBeNull()
      expect(redirectUriFault(uri, 'native')).toBe('has a private-use scheme without a dot')
      expect(redirectUriFault(uri, 'web', { schemesWithoutDot: true })).toBeTypeOf('string')
    },
  )

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'blob:x', 'intent://x', 'mailto:a@b'])(
    'schemesWithoutDot does not allow %s',
    (uri) => {
      expect(redirectUriFault(uri, 'native', { schemesWithoutDot: true })).toBeTypeOf('string')
    },
  )
})
