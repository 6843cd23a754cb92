import { describe, expect, it } from 'vitest'
import { isLoopbackHost, isLoopbackIp, isSecureTransport } from './secure-transport.ts'
import { isHttps } from './url.ts'

describe('isSecureTransport', () => {
  it.each([
    'https://as.example/cb',
    ' https://as.example ',
    'http://localhost:8080/cb',
    'http://LOCALHOST/cb',
    'http://127.0.0.1/cb',
    'http://127.255.0.1:1/cb',
    'http://[::1]:3000/cb',
    'http://[::ffff:127.0.0.1]/cb',
  ])('accepts %s (RFC 8252 §7.3, AC-03)', (url) => {
    expect(isSecureTransport(url)).toBe(true)
  })

  it.each([
    'http://as.example/cb',
    'http://localhost:80@evil.example/',
    'http://localhost.evil.example/',
    'http://evil.example/localhost',
    'http://0.0.0.0/',
    'http://128.0.0.1/',
    'http://[::2]/',
    'http://[::1/',
    'http://localhost:99999/',
    'urn:ietf:wg:oauth:2.0:oob',
    'javascript:alert(1)',
    'ftp://localhost/',
    '//localhost/',
    'localhost',
    '',
  ])('refuses %s (AC-03)', (url) => {
    expect(isSecureTransport(url)).toBe(false)
  })

  it('accepts plain http only when an option says so (AC-04)', () => {
    expect(isSecureTransport('http://as.example/')).toBe(false)
    expect(isSecureTransport('http://as.example/', { allowInsecureTransport: true })).toBe(true)
    expect(isSecureTransport(new URL('ftp://as.example/'), { allowInsecureTransport: true })).toBe(false)
  })

  it('reads the scheme in any case (RFC 3986 §3.1)', () => {
    expect(['https://a', 'HTTPS://a', 'hTTps://a', 'http://a', 'httpsx://a', ' https://a'].map(isHttps)).toEqual([
      ...[true, true, true, false, false, false],
    ])
  })

  it('tells addresses from names (RFC 8252 §8.3)', () => {
    expect([isLoopbackHost('localhost'), isLoopbackIp('localhost')]).toEqual([true, false])
    expect([isLoopbackIp('[::1]'), isLoopbackIp('::1'), isLoopbackIp('127.0.0.1')]).toEqual([true, true, true])
    expect([isLoopbackIp('[127.0.0.1'), isLoopbackIp('127.1'), isLoopbackHost('')]).toEqual([false, false, false])
  })
})
