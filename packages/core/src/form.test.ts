import { describe, expect, it } from 'vitest'
import { fromRequest, readForm, readQuery, requestPath } from './form.ts'

const FORM = 'application/x-www-form-urlencoded'

function post(body: BodyInit, headers: Record<string, string> = { 'content-type': FORM }): Request {
  return new Request('https://as.example/token', { method: 'POST', body, headers })
}

function request(url: string) {
  return { method: 'GET', url, headers: new Headers(), text: () => Promise.resolve('') }
}

describe('readForm', () => {
  it.each([FORM, `${FORM};charset=UTF-8`, `${FORM}; charset="utf-8"`, 'Application/X-WWW-Form-Urlencoded ; foo=bar'])(
    'accepts content type %s',
    async (type) => {
      expect((await readForm(post('a=%20', { 'content-type': type }))).get('a')).toBe(' ')
    },
  )

  it.each([
    ['JSON', { 'content-type': 'application/json' }],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['plain text', { 'content-type': 'text/plain' }],
    ['another charset', { 'content-type': `${FORM}; charset=utf-16` }],
    ['two content types', { 'content-type': `${FORM}, text/plain` }],
    ['a longer type', { 'content-type': `${FORM}x` }],
    ['no content type', { 'content-type': '' }],
    ['a compressed body', { 'content-type': FORM, 'content-encoding': 'gzip' }],
  ])('refuses %s with 415 (T12)', async (_, headers) => {
    await expect(readForm(post('a=1', headers))).rejects.toMatchObject({ code: 'unsupported_media_type', status: 415 })
  })

  it('refuses a request without content type (T12)', async () => {
    await expect(readForm(request('/token'))).rejects.toMatchObject({ status: 415 })
  })

  it('passes its options on', async () => {
    expect((await readForm(post('a=1&a=2'), { repeatable: ['a'] })).repeated).toEqual([])
    await expect(readForm(post('a=1&b=2'), { limits: { maxCount: 1 } })).rejects.toMatchObject({ status: 400 })
  })
})

describe('readQuery', () => {
  it.each([
    ['/authorize?a=1', '1'],
    ['https://as.example/authorize?a=1#?a=2', '1'],
    ['/authorize?a=x?y', 'x?y'],
    ['/authorize', undefined],
    ['/authorize?', undefined],
    ['/authorize#?a=1', undefined],
  ])('of %s', (url, expected) => {
    expect(readQuery(request(url)).get('a')).toBe(expected)
  })
})

describe('requestPath', () => {
  it.each([
    ['/token', '/token'],
    ['/token?a=/b', '/token'],
    ['https://as.example/token', '/token'],
    ['https://as.example/token?x=https://evil.example/a', '/token'],
    ['https://as.example', '/'],
    ['https://as.example?a=/b', '/'],
    ['HTTP://127.0.0.1:8080/token', '/token'],
    ['http://[::1]:8080/token?a', '/token'],
    ['http://my_service/token', '/token'],
    ['//evil.example/token', '//evil.example/token'],
    ['/a%2Fb/../c', '/a%2Fb/../c'],
    ['/token?u=https://x/y', '/token'],
  ])('of %s is %s, never the origin (X4)', (url, path) => {
    expect(requestPath(request(url))).toBe(path)
  })
})

describe('requestPath of a target that parsers read differently (RFC 9112 §3.2)', () => {
  it.each([
    'http://a;/token',
    'http://a\\/token',
    'http://a%2f/token',
    'http://user@a/token',
    'http://user:password@a/token',
    'http:///token',
    'http:/token',
    'http:token',
    'http://a:/token',
    'http://a:123456/token',
    'http://[::1/token',
    'http://a b/token',
    'foo://x/token',
    'ws://a/token',
    'x/token',
    '/token#',
    '/token?a=1#/b',
    'https://as.example#/token',
    'https://as.example/token#a',
    'as.example:443',
    '*',
    '',
  ])('%s is empty and so matches no route', (url) => {
    expect(requestPath({ url })).toBe('')
  })
})

describe('fromRequest', () => {
  it('reads the body once for every view of a request, and leaves it for a handler when asked to', async () => {
    const request = post('grüße')
    const [first, second] = [fromRequest(request, { keepBody: true }), fromRequest(request)]
    expect([await first.text(), await second.text()]).toEqual(['grüße', 'grüße'])
    expect(await request.text()).toBe('grüße')
  })

  it('reads the body as often as asked', async () => {
    const { method, url, headers, text } = fromRequest(post('grüße', { 'x-a': '1' }))
    expect([method, url, headers.get('x-a')]).toEqual(['POST', 'https://as.example/token', '1'])
    expect([await text(), await text()]).toEqual(['grüße', 'grüße'])
    expect(await fromRequest(new Request('https://as.example/')).text()).toBe('')
  })

  it('stops at the limit, announced or not (X3)', async () => {
    const tooLarge = { code: 'payload_too_large', status: 413 }
    await expect(fromRequest(post('x'.repeat(65_537))).text()).rejects.toMatchObject(tooLarge)
    expect(await fromRequest(post('x'.repeat(65_536))).text()).toHaveLength(65_536)
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(1000))
      },
    })
    const streamed = new Request('https://as.example/', {
      method: 'POST',
      body: endless,
      duplex: 'half',
    } as RequestInit)
    await expect(fromRequest(streamed, { maxBody: 5000 }).text()).rejects.toMatchObject(tooLarge)
    expect(pulled).toBeLessThan(10)
  })

  it('neither reads what is announced as too large nor believes what is announced as small (X3)', async () => {
    const announced = post('x')
    Object.defineProperty(announced, 'headers', { value: new Headers({ 'content-length': '65537' }) })
    await expect(fromRequest(announced).text()).rejects.toMatchObject({ status: 413 })
    expect(announced.bodyUsed).toBe(false)
    const small = post('xxx', { 'content-length': '1' })
    await expect(fromRequest(small, { maxBody: 2 }).text()).rejects.toMatchObject({ status: 413 })
  })

  it('gives the bytes of a body, as text or not, as often as asked', async () => {
    const sent = new Uint8Array([0, 255, 254, 128])
    const request = fromRequest(new Request('https://a.example/', { method: 'POST', body: sent }), { keepBody: true })
    expect(await request.bytes?.()).toEqual(sent)
    await expect(request.text()).rejects.toMatchObject({ code: 'invalid_encoding' })
    expect(await request.bytes?.()).toEqual(sent)
  })

  it('refuses bytes that are not UTF-8', async () => {
    await expect(fromRequest(post(Uint8Array.of(0xff))).text()).rejects.toMatchObject({ status: 400 })
  })

  it('says what to do when someone read the body before', async () => {
    const used = post('a=1')
    await used.text()
    await expect(fromRequest(used).text()).rejects.toMatchObject({ code: 'body_used', hint: expect.any(String) })
  })
})
