import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as node from './node.ts'
import * as outgoingNode from './outgoing-node.ts'
import * as outgoingWeb from './outgoing-web.ts'
import type { GuardedRequest, Runtime } from './runtime.ts'
import * as web from './web.ts'

const runtimes: readonly [name: string, runtime: Runtime][] = [
  ['node', node],
  ['web', web],
]
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const shortBytes = fc.uint8Array({ maxLength: 100 })
const bytesOrText = fc.oneof(shortBytes, fc.string({ unit: 'binary' }))

describe.each(runtimes)('%s', (_, runtime) => {
  it('encrypts as the test case 14 of the GCM specification does', async () => {
    const key = await runtime.importAeadKey(new Uint8Array(32))
    const sealed = await key.seal(new Uint8Array(12), new Uint8Array(16), new Uint8Array(0))
    expect(sealed).toEqual(hex('cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919'))
  })

  it('opens nothing that is changed, cut or under another key', async () => {
    const key = await runtime.importAeadKey(new Uint8Array(32).fill(1))
    const other = await runtime.importAeadKey(new Uint8Array(32).fill(2))
    const [iv, context] = [new Uint8Array(12), hex('0102')]
    const sealed = await key.seal(iv, hex('aabbcc'), context)
    const opened = await key.open(iv, sealed, context)
    expect([opened, opened?.buffer.byteLength]).toEqual([hex('aabbcc'), 3]) // no memory shared with others
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(await key.open(iv, changed, context)).toBeNull()
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(await key.open(iv, sealed.subarray(0, length), context)).toBeNull()
    }
    expect(await key.open(iv, sealed, hex('0103'))).toBeNull()
    expect(await key.open(new Uint8Array(12).fill(1), sealed, context)).toBeNull()
    expect(await key.open(new Uint8Array(0), sealed, context)).toBeNull()
    expect(await other.open(iv, sealed, context)).toBeNull()
  })

  it('gives random text of as many bytes as asked for, never the same', () => {
    for (const length of [1, 32, 1024, 1025]) {
      expect(Buffer.from(runtime.randomText(length), 'base64url')).toHaveLength(length)
    }
    const drawn = Array.from({ length: 2000 }, () => runtime.randomText(32))
    expect(new Set(drawn).size).toBe(2000)
    expect(drawn.every((text) => /^[\w-]{43}$/.test(text))).toBe(true)
  })

  it('gives as many random bytes as asked for, never the same', () => {
    for (const length of [0, 1, 32, 1024, 1025, 5000, 200_000]) expect(runtime.randomBytes(length)).toHaveLength(length)
    const drawn = Array.from({ length: 2000 }, () => Buffer.from(runtime.randomBytes(32)).toString('hex'))
    expect(new Set(drawn).size).toBe(2000)
    expect(
      runtime
        .randomBytes(200_000)
        .subarray(-1000)
        .some((byte) => byte !== 0),
    ).toBe(true)
  })
})

describe('both runtimes', () => {
  it('write and read the same base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        const [text, urlText] = [node.toBase64(bytes), node.toBase64url(bytes)]
        expect([web.toBase64(bytes), web.toBase64url(bytes)]).toEqual([text, urlText])
        expect([web.fromBase64(text), node.fromBase64(text)]).toEqual([bytes, bytes])
        expect([web.fromBase64url(urlText), node.fromBase64url(urlText)]).toEqual([bytes, bytes])
      }),
    )
  })

  it('read the same text from base64, and none from what is not canonical or not UTF-8', () => {
    const texts = fc.oneof(
      fc.base64String(),
      fc.string(),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => node.toBase64(bytes)),
    )
    fc.assert(
      fc.property(texts, (text) => {
        expect(web.textOfBase64(text)).toBe(node.textOfBase64(text))
      }),
    )
    const of = (text: string) => [web.textOfBase64(text), node.textOfBase64(text)]
    expect(of('77u/w7w=')).toEqual(['\uFEFFü', '\uFEFFü']) // a byte order mark stays
    for (const text of ['YQ', 'YR==', 'Y Q==', '/w==', '7aCA', '*']) expect(of(text)).toEqual([null, null])
  })

  it('find the same bytes equal', () => {
    fc.assert(
      fc.property(bytesOrText, bytesOrText, (a, b) => {
        expect(web.equal(a, b)).toBe(node.equal(a, b))
        expect([web.equal(a, a), node.equal(a, a)]).toEqual([true, true])
      }),
    )
  })

  it('hash, sign and derive the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        bytesOrText,
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        shortBytes,
        async (text, secret, label) => {
          expect(await web.sha256(text)).toEqual(node.sha256(text))
          expect(await web.sha256Base64url(text)).toBe(node.sha256Base64url(text))
          expect(await (await web.importHmacKey(secret)).sign(text)).toEqual(
            await node.importHmacKey(secret).sign(text),
          )
          expect(await web.hkdfSha256(secret, label, 48)).toEqual(node.hkdfSha256(secret, label, 48))
        },
      ),
    )
  })

  it('open what the other one sealed', async () => {
    const raw = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const iv = fc.uint8Array({ minLength: 12, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(raw, iv, shortBytes, shortBytes, async (key, nonce, text, context) => {
        const [ours, theirs] = [node.importAeadKey(key), await web.importAeadKey(key)]
        const sealed = await ours.seal(nonce, text, context)
        expect(await theirs.seal(nonce, text, context)).toEqual(sealed)
        expect(await theirs.open(nonce, sealed, context)).toEqual(text)
        expect(await ours.open(nonce, sealed, context)).toEqual(text)
      }),
      { numRuns: 30 },
    )
  })
})

describe('guardedFetch on node', () => {
  let requests: { method: string; host: string; agent: string; body: string }[] = []
  let connections = 0
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const { host = '', 'user-agent': agent = '' } = request.headers
      requests.push({ method: request.method!, host, agent, body })
      if (request.url === '/empty') response.writeHead(204).end()
      else if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
      else
        response
          .writeHead(
            201,
            [
              ['x-a', '1'],
              ['x-a', '2'],
            ].flat(),
          )
          .end(`${request.method} ${body}`)
    })
  })
  server.on('connection', () => connections++)
  let port = 0
  const request = (init: Partial<GuardedRequest> = {}): GuardedRequest => ({
    method: 'GET',
    headers: new Headers({ 'user-agent': 'authlib-ts' }),
    body: null,
    signal: new AbortController().signal,
    ...init,
  })

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it('speaks HTTP like fetch where the address is allowed', async () => {
    requests = []
    const judged: string[] = []
    const response = await outgoingNode.guardedFetch(
      new URL(`http://localhost:${port}/a?b`),
      request({ method: 'POST', body: 'grüße' }),
      (address) => judged.push(address) > 0,
    )
    expect(judged).toContain('127.0.0.1')
    expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([201, '1, 2', 'POST grüße'])
    expect(requests).toEqual([{ method: 'POST', host: `localhost:${port}`, agent: 'authlib-ts', body: 'grüße' }])
    const empty = await outgoingNode.guardedFetch(new URL(`http://127.0.0.1:${port}/empty`), request(), () => true)
    expect([empty.status, empty.body]).toEqual([204, null])
  })

  it.each(['localhost', '127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])(
    'opens no connection to %s when its address is not allowed (G2)',
    async (host) => {
      connections = 0
      const attempt = outgoingNode.guardedFetch(new URL(`http://${host}:${port}/`), request(), () => false)
      await expect(attempt).rejects.toMatchObject({ code: 'forbidden_address' })
      expect(connections).toBe(0)
    },
  )

  it('refuses an encoded answer, which it never asks for', async () => {
    await expect(
      outgoingNode.guardedFetch(new URL(`http://127.0.0.1:${port}/gzip`), request(), () => true),
    ).rejects.toThrow()
  })

  it('looks up every address of a name, and of none but a name', async () => {
    expect(await outgoingNode.lookup('127.0.0.1')).toEqual(['127.0.0.1'])
    expect(await outgoingNode.lookup('[::1]')).toEqual(['::1'])
    expect(await outgoingNode.lookup('localhost')).not.toEqual([])
    expect(await outgoingWeb.lookup('localhost')).toEqual([])
  })
})
