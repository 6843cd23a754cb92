import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { publicAddresses } from '@authlib/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { generateKey, type Key, remoteKeySet, type RemoteKeySetOptions, signJwt, verifyJwt } from '../index.ts'

interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string
}

const time = { now: 1_700_000_000 }
const seen: IncomingHttpHeaders[] = []
let answer: Answer | (() => Answer)
const server = createServer((request, response) => {
  seen.push(request.headers)
  const { status = 200, headers = {}, body = '' } = typeof answer === 'function' ? answer() : answer
  response.writeHead(status, headers).end(body)
})
let uri: string
let key: Key

beforeEach(async () => {
  seen.length = 0
  key = await generateKey('ES256')
  answer = serve(key)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
})
afterEach(() => new Promise<unknown>((resolve) => (server.closeAllConnections(), server.close(resolve))))

function serve(...keys: Key[]): Answer {
  return { body: JSON.stringify({ keys: keys.map((item) => item.publicJwk()) }) }
}

const open = (options: RemoteKeySetOptions = {}) => remoteKeySet(uri, { clock: () => time.now, ...options })
const token = (signer: Key) => signJwt({ exp: time.now + 3600, sub: 'u' }, signer)
const policy = { clock: () => time.now }

describe('a remote key set', () => {
  it('is fetched once for many tokens at once (RFC 7517 §5)', async () => {
    const keys = open()
    expect(seen).toHaveLength(0)
    const text = await token(key)
    await Promise.all(Array.from({ length: 20 }, () => verifyJwt(text, keys, policy)))
    expect(seen).toHaveLength(1)
  })

  it('J29: is fetched again for an unknown kid, once per cooldown', async () => {
    const keys = open()
    await verifyJwt(await token(key), keys, policy)
    const [added, later] = [await generateKey('ES256'), await generateKey('ES256')]
    answer = serve(key, added)
    await verifyJwt(await token(added), keys, policy) // right after the first load, which is no search
    answer = serve(key, added, later)
    await expect(verifyJwt(await token(later), keys, policy)).rejects.toMatchObject({
      code: 'key_not_found',
      reason: 'none of the 2 keys of the set has the kid',
    })
    time.now += 30
    await verifyJwt(await token(later), keys, policy)
    expect(seen).toHaveLength(3)
    for (let i = 0; i < 1000; i++) {
      const stranger = { kid: `k${i}`, alg: 'ES256' }
      expect(await keys.find(stranger)).toEqual([])
    }
    expect(seen).toHaveLength(3)
  })

  it('is loaded once for a token of a stranger that comes first', async () => {
    const keys = open()
    const stranger = await token(await generateKey('ES256'))
    await Promise.all(Array.from({ length: 20 }, () => expect(verifyJwt(stranger, keys, policy)).rejects.toThrow()))
    expect(seen).toHaveLength(1)
  })

  it('begins with an exported set no longer than maxAge, and takes no negative Age (RFC 9111 §5.1)', async () => {
    const initial = { jwks: { keys: [key.publicJwk()] }, freshUntil: time.now + 1e9 }
    const keys = open({ initial, maxAge: 100 })
    await verifyJwt(await token(key), keys, policy)
    expect(seen).toHaveLength(0)
    time.now += 100
    await verifyJwt(await token(key), keys, policy)
    expect(seen).toHaveLength(1)
    answer = { ...serve(key), headers: { 'cache-control': 'max-age=100', age: '-999999' } }
    const cached = open()
    await cached.get()
    expect(cached.export()?.freshUntil).toBe(time.now + 100)
  })

  it('may be on plain http of another host only when an option says so', async () => {
    const options: RemoteKeySetOptions = { fetch: async () => new Response(serve(key).body), clock: () => time.now }
    await expect(remoteKeySet('http://keycloak:8080/certs', options).get()).rejects.toMatchObject({
      cause: { code: 'insecure_transport' },
    })
    const allowed = remoteKeySet('http://keycloak:8080/certs', { ...options, allowInsecureTransport: true })
    await verifyJwt(await token(key), allowed, policy)
  })

  it.each([
    ['max-age=300', 300],
    ['public, max-age="120"', 120],
    ['no-store', 60],
    ['no-cache, max-age=300', 60],
    ['max-age=1', 60],
    ['max-age=99999999', 86_400],
    ['', 600],
  ])('with Cache-Control %j is kept for %i seconds (RFC 9111 §4.2)', async (control, seconds) => {
    answer = { ...serve(key), headers: { 'cache-control': control } }
    const keys = open()
    await keys.get()
    time.now += seconds - 1
    await keys.get()
    expect(seen).toHaveLength(1)
    time.now += 1
    await keys.get()
    expect(seen).toHaveLength(2)
  })

  it.each([
    [{ minAge: 10 }, 'max-age=1', 10],
    [{ maxAge: 20 }, 'max-age=300', 20], // shorter than the cooldown, which is for failures and unknown names
    [{ defaultAge: 90 }, '', 90],
  ])('by %j with Cache-Control %j is kept for %i seconds', async (options, control, seconds) => {
    answer = { ...serve(key), headers: { 'cache-control': control } }
    const keys = open(options)
    await keys.get()
    time.now += seconds - 1
    await keys.get()
    expect(seen).toHaveLength(1)
    time.now += 1
    await keys.get()
    expect(seen).toHaveLength(2)
  })

  it('has spent the Age of an answer from a cache (RFC 9111 §4.2.3)', async () => {
    answer = { ...serve(key), headers: { 'cache-control': 'max-age=300', age: '200' } }
    const keys = open()
    await keys.get()
    expect(keys.export()?.freshUntil).toBe(time.now + 100)
    answer = { ...serve(key), headers: { 'cache-control': 'max-age=300', age: 'soon' } }
    await keys.refresh()
    expect(keys.export()?.freshUntil).toBe(time.now + 300)
  })

  it('is not asked for again at once while the server is away', async () => {
    const keys = open()
    await keys.get()
    answer = { status: 500 }
    time.now += 600
    for (let i = 0; i < 5; i++) expect((await keys.get()).size).toBe(1)
    expect(seen).toHaveLength(2)
    time.now += 30
    expect((await keys.get()).size).toBe(1)
    expect(seen).toHaveLength(3)
  })

  it('has another revision when its keys are others, and only then', async () => {
    const keys = open()
    await keys.get()
    const { revision } = keys
    await keys.refresh()
    expect(keys.revision).toBe(revision)
    answer = serve(key, await generateKey('ES256'))
    await keys.refresh()
    expect(keys.revision).toBe(revision + 1)
  })

  it('J29: is on the public internet when someone else chose its URL', async () => {
    await expect(open({ addresses: publicAddresses }).get()).rejects.toMatchObject({
      code: 'key_set_unavailable',
      cause: { code: expect.stringMatching(/^(?:forbidden_address|insecure_transport)$/) as unknown },
    })
    expect(seen).toHaveLength(0)
  })

  it('serves no longer than maxStale while the server is away, and no more than maxBody at all', async () => {
    const keys = open({ maxStale: 10, cooldown: 1 })
    await keys.get()
    const { body = '' } = serve(key)
    await expect(open({ maxBody: body.length - 1 }).get()).rejects.toMatchObject({ code: 'key_set_unavailable' })
    expect((await open({ maxBody: body.length }).get()).size).toBe(1)
    answer = { status: 500 }
    time.now += 609
    expect((await keys.get()).size).toBe(1)
    time.now += 1
    await expect(keys.get()).rejects.toMatchObject({ code: 'key_set_unavailable' })
  })

  it('is asked for by its ETag, and 304 keeps the prepared keys (RFC 9110 §13.1.2)', async () => {
    answer = { ...serve(key), headers: { etag: '"1"' } }
    const keys = open()
    const before = await keys.get()
    answer = { status: 304 }
    time.now += 600
    expect(await keys.get()).toBe(before)
    expect(seen[1]?.['if-none-match']).toBe('"1"')
  })

  it.each<[string, Answer | (() => Answer)]>([
    ['500', { status: 500 }],
    ['HTML', { body: '<html>' }],
    ['an object without keys', { body: '{}' }],
    ['keys as an object', { body: '{"keys":{}}' }],
    ['too much', { body: `{"keys":[],"x":"${'x'.repeat(300_000)}"}` }],
    ['a redirect', { status: 302, headers: { location: 'http://169.254.169.254/' } }],
  ])(
    'J29, X-38: survives %s for as long as it may be stale (CVE-2026-48524, GHSA-9v7f-9g4p-ffgj)',
    async (_, broken) => {
      const keys = open()
      const text = await token(key)
      await verifyJwt(text, keys, { ...policy, leeway: 1e9 })
      answer = broken
      time.now += 600
      await verifyJwt(text, keys, { ...policy, leeway: 1e9 })
      expect(seen).toHaveLength(2)
      time.now += 86_400
      await expect(verifyJwt(text, keys, { ...policy, leeway: 1e9 })).rejects.toMatchObject({
        code: 'key_set_unavailable',
        status: 503,
      })
    },
  )

  it('that never loaded is an error, and not asked for at once again', async () => {
    answer = { status: 503 }
    const keys = open()
    const text = await token(key)
    for (let i = 0; i < 5; i++) {
      await expect(verifyJwt(text, keys, policy)).rejects.toMatchObject({
        code: 'key_set_unavailable',
        reason: expect.stringMatching(/^127\.0\.0\.1:\d+: HTTP status 503$/),
      })
    }
    expect(seen).toHaveLength(1)
    answer = serve(key)
    time.now += 5
    await verifyJwt(text, keys, policy)
  })

  it('J29: that hangs is given up', async () => {
    const hang = () => new Promise<Response>(() => undefined)
    await expect(open({ fetch: hang, timeout: 0.05 }).get()).rejects.toMatchObject({ code: 'key_set_unavailable' })
  })

  it('serves from what was exported, without a fetch', async () => {
    const first = open()
    await first.get()
    const exported = JSON.parse(JSON.stringify(first.export())) as NonNullable<ReturnType<typeof first.export>>
    const second = open({ initial: exported })
    await verifyJwt(await token(key), second, policy)
    expect(seen).toHaveLength(1)
    expect(open().export()).toBeNull()
  })

  it('knows its ETag from what was exported', async () => {
    answer = { ...serve(key), headers: { etag: '"1"' } }
    const first = open()
    await first.get()
    const exported = JSON.parse(JSON.stringify(first.export())) as NonNullable<ReturnType<typeof first.export>>
    answer = { status: 304 }
    time.now += 600
    await verifyJwt(await token(key), open({ initial: exported }), policy)
    expect(seen[1]?.['if-none-match']).toBe('"1"')
  })

  it('J29: refuses a URL that is neither https nor on this machine (CVE-2026-48522)', async () => {
    for (const url of [
      'http://as.example/jwks',
      'file:///etc/passwd',
      'ftp://as.example/',
      'data:application/json,{"keys":[]}',
    ]) {
      await expect(remoteKeySet(url).get()).rejects.toMatchObject({ code: 'key_set_unavailable' })
    }
  })

  it('has no symmetric keys: what is published is no secret', async () => {
    const secret = await generateKey('HS256', { kid: 'shared' })
    answer = { body: JSON.stringify({ keys: [secret.privateJwk(), key.publicJwk()] }) }
    const keys = open()
    await expect(verifyJwt(await token(secret), keys, policy)).rejects.toMatchObject({ code: 'key_not_found' })
    await verifyJwt(await token(key), keys, policy)
    const initial = { jwks: { keys: [secret.privateJwk()] }, freshUntil: time.now + 60 }
    expect(await open({ initial }).find({ kid: 'shared', alg: 'HS256' })).toEqual([])
  })

  it('asks again when the clock has been set back (X6)', async () => {
    const keys = open()
    time.now += 3600
    await verifyJwt(await token(key), keys, policy)
    time.now -= 3600
    const added = await generateKey('ES256')
    answer = serve(key, added)
    await verifyJwt(await token(added), keys, policy)
  })
})
