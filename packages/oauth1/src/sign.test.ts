import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formatOAuthHeader, parseOAuthHeader } from './authorization-header.ts'
import { baseString, baseStringUri, normalizeParameters } from './base-string.ts'
import { bodyHash } from './body-hash.ts'
import { hmacSha1, hmacSha256 } from './hmac.ts'
import { formatPairs, parsePairs } from './pairs.ts'
import { rsaSha1, rsaSha256 } from './rsa.ts'
import { signRequest, signedParameters } from './sign.ts'
import type { SignatureMethod } from './signature-method.ts'

const options = { clientId: 'c', clientSecret: 's', clock: () => 1_800_000_000 }

describe('parameters (RFC 5849 §3.4.1.3)', () => {
  it('A1-11: sorts by encoded name, then by encoded value, and keeps repeated and empty ones', () => {
    const pairs = parsePairs('b=2&a-=x&a=z&a=%20&a=&=nameless&c&%C3%BC=1&a=A&&')
    expect(normalizeParameters(pairs)).toBe('=nameless&%C3%BC=1&a=&a=%20&a=A&a=z&a-=x&b=2&c=')
  })

  it('A1-11, X-02: reads + and %20 as a space, and leaves only unreserved characters bare (RFC 5849 §3.6)', () => {
    expect(parsePairs('a=1+2&b=1%202&c=%2B')).toEqual([
      ['a', '1 2'],
      ['b', '1 2'],
      ['c', '+'],
    ])
    expect(normalizeParameters([['x', "~-._!*'()$/?: ü啦"]])).toBe(
      'x=~-._%21%2A%27%28%29%24%2F%3F%3A%20%C3%BC%E5%95%A6',
    )
    expect(normalizeParameters(parsePairs('a=%7E'))).toBe('a=~')
  })

  it('refuses bad percent encoding and more than 1,000 parameters', () => {
    for (const text of ['a=%', 'a=%zz', 'a=%FF', 'a&'.repeat(1001)]) {
      expect(() => parsePairs(text)).toThrow(expect.objectContaining({ code: 'invalid_request', status: 400 }))
    }
    expect(parsePairs('a&'.repeat(1000))).toHaveLength(1000)
  })

  it('writes what it reads', () => {
    expect(
      parsePairs(
        formatPairs([
          ['a b', '&='],
          ['', 'x'],
        ]),
      ),
    ).toEqual([
      ['a b', '&='],
      ['', 'x'],
    ])
  })

  it('takes names of Object.prototype for names', () => {
    expect(normalizeParameters(parsePairs('__proto__=1&constructor=2'))).toBe('__proto__=1&constructor=2')
  })

  it('signs http and https URLs only', () => {
    expect(() => baseStringUri('ftp://a/b')).toThrow(TypeError)
    expect(baseString({ method: 'get', uri: 'https://a/', pairs: [] })).toBe('GET&https%3A%2F%2Fa%2F&')
  })
})

describe('the Authorization header (RFC 5849 §3.5.1)', () => {
  it('A1-08, OL-06: writes the realm first and reads it back apart', () => {
    const header = formatOAuthHeader({ realm: 'a "b" \\', pairs: [['oauth_token', 'x y&']] })
    expect(header).toBe('OAuth realm="a \\"b\\" \\\\", oauth_token="x%20y%26"')
    expect(parseOAuthHeader(header)).toEqual({ realm: 'a "b" \\', pairs: [['oauth_token', 'x y&']] })
  })

  it('OL-06: reads any case of the scheme, tabs, line-up commas and unencoded base64', () => {
    expect(parseOAuthHeader('oAUTH\t oauth_token = "a" ,,\t oauth_signature="a+/=",')).toEqual({
      pairs: [
        ['oauth_token', 'a'],
        ['oauth_signature', 'a+/='],
      ],
    })
  })

  it('is null for another scheme', () => {
    for (const header of [null, '', 'Bearer x', 'OAuth2 x', 'Basic oauth', 'OAuthx a="b"']) {
      expect(parseOAuthHeader(header)).toBeNull()
    }
  })

  it.each([
    'OAuth oauth_token=a',
    'OAuth oauth_token="a',
    'OAuth oauth_token="a" oauth_nonce="b"',
    'OAuth oauth_token="a\\b"',
    'OAuth oauth_token="%zz"',
    'OAuth realm="a", realm="b"',
    'OAuth "a"',
    `OAuth ${','.repeat(10_000)}`,
    `OAuth oauth_token="${'a'.repeat(65_536)}"`,
    `OAuth ${'a="b",'.repeat(200)}`,
  ])('H10: refuses a malformed header, in linear time: %.40s', (header) => {
    expect(() => parseOAuthHeader(header)).toThrow(expect.objectContaining({ code: 'invalid_request', status: 400 }))
  })

  it('refuses a realm that no header can carry', () => {
    expect(() => formatOAuthHeader({ realm: 'a\nb', pairs: [] })).toThrow(TypeError)
  })
})

describe('signed requests (RFC 5849 §3.5)', () => {
  it('A1-06, OL-03: puts the parameters into the header, the query or the form', async () => {
    const request = { method: 'POST', url: 'https://api.example/a?b=1#f', form: 'c=2' }
    const header = await signRequest(request, options)
    expect(header).toMatchObject({ url: 'https://api.example/a?b=1#f', form: 'c=2' })
    expect(header.authorization).toMatch(/^OAuth oauth_consumer_key="c", .*oauth_signature="[^"]+"$/)

    const query = await signRequest(request, { ...options, placement: 'query' })
    expect(query.authorization).toBeUndefined()
    expect(query.url).toMatch(/^https:\/\/api\.example\/a\?b=1&oauth_consumer_key=c&.*oauth_signature=[^&#]+#f$/)

    const body = await signRequest(request, { ...options, placement: 'body' })
    expect(body.url).toBe('https://api.example/a?b=1#f')
    expect(body.form).toMatch(/^c=2&oauth_consumer_key=c&.*oauth_signature=/)
  })

  it('A1-06: signs in the header where the body is not a form', async () => {
    const signed = await signRequest({ method: 'POST', url: 'https://api.example/' }, { ...options, placement: 'body' })
    expect(signed.authorization).toContain('oauth_signature')
    expect(signed.form).toBeUndefined()
  })

  it('X-01: signs the same for a string and URLSearchParams, and changes neither', async () => {
    const form = new URLSearchParams([
      ['a', '1'],
      ['a', 'ü &'],
    ])
    const fixed = { ...options, params: { oauth_nonce: 'n' } }
    const one = await signRequest({ method: 'POST', url: 'https://a.example/', form }, fixed)
    const other = await signRequest({ method: 'POST', url: 'https://a.example/', form: form.toString() }, fixed)
    expect(one).toEqual(other)
    expect([...form]).toEqual([
      ['a', '1'],
      ['a', 'ü &'],
    ])
  })

  it('draws a fresh nonce for each signature, and takes one that is given', async () => {
    const nonceOf = async (params = {}) =>
      Object.fromEntries(await signedParameters({ url: 'https://a.example' }, { ...options, params }))['oauth_nonce']
    expect(await nonceOf()).toMatch(/^[0-9a-f]{30}$/)
    expect(await nonceOf()).not.toBe(await nonceOf())
    expect(await nonceOf({ oauth_nonce: 'mine' })).toBe('mine')
  })

  it('A1-05: signs with a custom method', async () => {
    const pizza: SignatureMethod = {
      name: 'PIZZA',
      hash: 'SHA-256',
      key: 'secret',
      sign: () => 'pizza',
      verify: (_text, signature) => signature === 'pizza',
    }
    const pairs = await signedParameters({ url: 'https://a.example' }, { ...options, signatureMethod: pizza })
    expect(pairs).toContainEqual(['oauth_signature_method', 'PIZZA'])
    expect(pairs.at(-1)).toEqual(['oauth_signature', 'pizza'])
  })

  it('A1-07: hashes a body without a key, by the hash of the method (OAuth Request Body Hash §3.2)', async () => {
    expect(await bodyHash('Hello World!', hmacSha1)).toBe('Lve95gjOVATpfV8EL5X4nxwjKHE=') // its appendix
    expect(await bodyHash('', hmacSha1)).toBe('2jmj7l5rSw0yVb/vlWAYkK/YBwk=')
    expect(await bodyHash(new TextEncoder().encode('Hello World!'), hmacSha256)).toBe(
      'f4OxZX/x/FO5LcGBSKHWXfwtSx+j1ncoSt3SABJtkGk=',
    )
  })

  it('A1-07: hashes bytes in every form that has them, and refuses a stream', async () => {
    const bytes = new Uint8Array([0, 255, 254, 128, 10])
    const expected = createHash('sha256').update(bytes).digest('base64')
    const padded = new Uint8Array([1, ...bytes, 2])
    const forms = [bytes, bytes.buffer, new DataView(padded.buffer, 1, 5), padded.subarray(1, 6), new Blob([bytes])]
    for (const form of forms) expect(await bodyHash(form, hmacSha256)).toBe(expected)
    expect(() => bodyHash(new Blob([bytes]).stream() as unknown as Blob, hmacSha256)).toThrow(
      'read a stream into bytes',
    )
  })
})

describe('RSA keys (RFC 5849 §3.4.3)', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const secrets = { clientSecret: '', tokenSecret: '' }

  it.each([
    ['PKCS#1', () => privateKey.export({ format: 'pem', type: 'pkcs1' }) as string],
    ['PKCS#8', () => privateKey.export({ format: 'pem', type: 'pkcs8' }) as string],
    ['JWK', () => privateKey.export({ format: 'jwk' })],
    ['KeyObject', () => privateKey],
  ])('signs with a private key in %s', async (_name, material) => {
    const signature = await rsaSha256.sign('base', { ...secrets, privateKey: material() as string })
    for (const key of [publicKey, publicKey.export({ format: 'pem', type: 'spki' }) as string]) {
      expect(await rsaSha256.verify('base', signature, { ...secrets, publicKey: key })).toBe(true)
      expect(await rsaSha1.verify('base', signature, { ...secrets, publicKey: key })).toBe(false)
    }
  })

  it('OL-02: says what is wrong with a key', async () => {
    await expect(async () => rsaSha1.sign('base', secrets)).rejects.toThrow('RSA-SHA1 needs a privateKey')
    await expect(async () => rsaSha1.sign('base', { ...secrets, privateKey: publicKey })).rejects.toThrow('private key')
    await expect(async () => rsaSha1.sign('base', { ...secrets, privateKey: 'knock knock' })).rejects.toMatchObject({
      code: 'invalid_key',
    })
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    await expect(async () => rsaSha1.sign('base', { ...secrets, privateKey: ec })).rejects.toThrow('an RSA key')
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
    await expect(async () => rsaSha1.sign('base', { ...secrets, privateKey: weak })).rejects.toMatchObject({
      code: 'invalid_key',
    })
    const { privateKey: forSha256 } = await crypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
      false,
      ['sign', 'verify'],
    )
    await expect(async () => rsaSha1.sign('base', { ...secrets, privateKey: forSha256 })).rejects.toThrow('SHA-1')
  })

  it('verifies nothing without a public key', async () => {
    expect(await rsaSha1.verify('base', 'AAAA', secrets)).toBe(false)
  })
})
