import { describe, expect, it } from 'vitest'
import { isNativeRedirectUri, matchesRedirectUri, redirectUriFault } from './redirect-uri.ts'

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
    ['https://app.example/cb#x', 'web', 'has a fragment'],
    ['https://app.example/cb#', 'web', 'has a fragment'],
    ['http://app.example/cb', 'web', 'is http and not loopback'],
    ['http://localhost.evil.example/cb', 'native', 'is http and not loopback'],
    ['http://[::2]/cb', 'native', 'is http and not loopback'],
    ['https://user@app.example/cb', 'web', 'has user information'],
    ['https://:word@app.example/cb', 'web', 'has user information'],
    ['https://user:word@app.example/cb', 'web', 'has user information'],
    ['com.example.app://user@host/cb', 'native', 'has user information'],
    ['com.example.app://:word@host/cb', 'native', 'has user information'],
    ['/cb', 'web', 'is not an absolute URI'],
    ['', 'web', 'is not an absolute URI'],
    ['http://127.0.0.1:99999/cb', 'native', 'is not an absolute URI'],
    ['javascript:alert(1)', 'web', 'has a scheme that only native clients may use'],
    ['com.example.app:/cb', 'web', 'has a scheme that only native clients may use'],
    ['httpsx.example:/cb', 'web', 'has a scheme that only native clients may use'],
    ['javascript:alert(1)', 'native', 'has a scheme that does not belong to an application'],
    ['data:text/html,x', 'native', 'has a scheme that does not belong to an application'],
    ['myapp:/cb', 'native', 'has a private-use scheme without a dot'],
    ['https://*.app.example/cb', 'web', 'has a wildcard, and redirect URIs are compared exactly'],
    ['https://app.*/cb', 'web', 'has a wildcard, and redirect URIs are compared exactly'],
    ['com.example.app://*/cb', 'native', 'has a wildcard, and redirect URIs are compared exactly'],
    ['https://app.example/c b', 'web', 'has a character that is not allowed'],
    ['https://app.example/\\cb', 'web', 'has a character that is not allowed'],
    ['com.example.app:/\\cb', 'native', 'has a character that is not allowed'],
    ['https://аpp.example/cb', 'web', 'has a character that is not allowed'],
    ['com.example.app:/cb\u0085', 'native', 'has a character that is not allowed'],
    ['https://app.example/cb\r\n', 'web', 'has a character that is not allowed'],
    ['https:/evil.example/cb', 'web', 'has no valid host'],
    ['https:evil.example/cb', 'web', 'has no valid host'],
    ['https:///evil.example/cb', 'web', 'has no valid host'],
    ['https://app.example;evil/cb', 'web', 'has no valid host'],
    ['https://app,example/cb', 'web', 'has no valid host'],
    ['http:/127.0.0.1/cb', 'native', 'has no valid host'],
    [7 as never, 'web', 'is not a string'],
  ] as const)('refuses %j for %s clients: %s', (uri, type, fault) => {
    expect(redirectUriFault(uri, type)).toBe(fault)
  })

  it('accepts a private-use scheme that begins like a web scheme', () => {
    expect(redirectUriFault('https.example.app:/cb', 'native')).toBeNull()
    expect(redirectUriFault('com.example.http:/cb', 'native')).toBeNull()
  })
})

describe('whether a redirect URI leads to the device of the person (RFC 8252 §7)', () => {
  it.each([
    ['http://127.0.0.1/cb', true],
    ['http://[::1]:5/cb', true],
    ['http://localhost', true],
    ['com.example.app:/cb', true],
    ['cursor://x', true],
    ['com.example.https:/cb', true],
    ['https://app.example/cb', false],
    ['HTTPS://app.example/cb', false],
    ['http://app.example/cb', false],
    ['https://127.0.0.1/cb', false],
  ])('%s: %s', (uri, isNative) => {
    expect(isNativeRedirectUri(uri)).toBe(isNative)
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
    ['http://127.0.0.1/cb', 'xhttp://127.0.0.1:1/cb', false],
    ['https://app.example/cb', 'http://127.0.0.1:1/cb', false],
    ['http://127.0.0.1/cb', 'https://app.example/cb', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb#x', false],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb\\x', false],
    ['http://127.0.0.1?x=/', 'http://127.0.0.1:1/?x=/', true],
    ['http://127.0.0.1?x=1', 'http://127.0.0.1:1/?x=1', true],
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

  it.each([
    ...['javascript', 'vbscript', 'data', 'blob', 'file', 'filesystem', 'about', 'view-source', 'chrome', 'resource'],
    ...[
      'ftp',
      'sftp',
      'ws',
      'wss',
      'mailto',
      'tel',
      'sms',
      'intent',
      'urn',
      'ldap',
      'ssh',
      'jar',
      'ms-msdt',
      'search-ms',
    ],
  ])('schemesWithoutDot does not allow %s:', (scheme) => {
    const fault = 'has a scheme that does not belong to an application'
    expect(redirectUriFault(`${scheme}:x`, 'native', { schemesWithoutDot: true })).toBe(fault)
    expect(redirectUriFault(`${scheme.toUpperCase()}:x`, 'native', { schemesWithoutDot: true })).toBe(fault)
  })
})
