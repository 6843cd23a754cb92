// Bodies that are huge or slow, too many parameters and odd names, at every endpoint that is registered. `/challenge` reads no body.
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SECRET, startEverything, type Everything } from '../support/everything.ts'
import { CERTIFICATE, tlsFetch } from '../support/tls.ts'

const send = tlsFetch()
const BASIC = `Basic ${btoa(`client_secret_basic:${encodeURIComponent(SECRET).replaceAll('%20', '+')}`)}`
const FORM = 'application/x-www-form-urlencoded'

let everything: Everything
const events: string[] = []

beforeAll(async () => {
  everything = await startEverything('http://127.0.0.1:9/callback', (event) => events.push(event.type))
})
afterAll(() => everything.stop())

/** What takes a body. */
const posts = [
  ...['/token', '/revoke', '/introspect', '/par', '/device_authorization', '/device', '/bc-authorize', '/register'],
  ...['/authorize', '/userinfo', '/login', '/consent', '/logout', '/challenge'],
]

const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<number> =>
  (await send(everything.issuer + path, { method: 'POST', body, headers: { 'content-type': FORM, ...headers } })).status

const works = async (): Promise<boolean> =>
  (await post('/token', 'grant_type=client_credentials', { authorization: BASIC })) === 200

it('knows of every endpoint that takes a body', () => {
  const taking = everything.server.routes.filter(({ methods }) => methods.includes('POST')).map(({ path }) => path)
  expect(posts).toEqual(expect.arrayContaining(taking))
})

describe.each(posts)('%s', (path) => {
  const exists = (): boolean => everything.server.routes.some((route) => route.path === path)

  it.each<[string, string, Record<string, string>]>([
    ['five megabytes', `grant_type=${'x'.repeat(5_000_000)}`, {}],
    ['five megabytes of JSON', `{"a":"${'x'.repeat(5_000_000)}"}`, { 'content-type': 'application/json' }],
    ['ten thousand parameters', Array.from({ length: 10_000 }, (_, index) => `a${index}=1`).join('&'), {}],
    ['a parameter of a hundred kilobytes', `scope=${'x'.repeat(100_000)}`, {}],
    ['deep JSON', `${'['.repeat(5000)}${']'.repeat(5000)}`, { 'content-type': 'application/json' }],
    ['broken percent-encoding', 'client_id=%E0%A4%A&scope=%', {}],
    ['names of prototypes', '__proto__=1&constructor=2&hasOwnProperty=3&toString=4&__proto__[x]=5', {}],
    ['a parameter twice', 'client_id=a&client_id=b&grant_type=x&grant_type=y', {}],
    ['a body of another type', 'grant_type=client_credentials', { 'content-type': 'text/plain' }],
    ['a header of sixteen kilobytes', 'a=b', { dpop: 'x'.repeat(12_000) }],
  ])('refuses %s with a status below 500', async (_case, body, headers) => {
    if (!exists()) {
      expect(await post(path, body, headers)).toBe(404)
      return
    }
    for (const more of [{}, { authorization: BASIC }]) {
      const status = await post(path, body, { ...headers, ...more })
      expect(status).toBeLessThan(500)
      if (body.length > 1_000_000 && path !== '/challenge') expect(status).toBeGreaterThanOrEqual(400)
    }
    expect(events).not.toContain('server.error')
  })
})

describe('a body that never ends', () => {
  const slow: TLSSocket[] = []
  afterAll(() => slow.forEach((socket) => socket.destroy()))

  it('holds up no one else, at any endpoint', async () => {
    const { port, hostname: host } = new URL(everything.issuer)
    for (const path of posts) {
      for (let count = 0; count < 5; count++) {
        const socket = connect({ host, port: Number(port), ca: CERTIFICATE })
        await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
        socket.on('error', () => undefined)
        slow.push(socket)
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: ${FORM}\r\ncontent-length: 100000\r\n\r\na=`,
        )
      }
    }
    expect(await works()).toBe(true)
    for (const socket of slow) socket.write('b')
    expect(await works()).toBe(true)
    for (const socket of slow) socket.destroy()
    expect(await works()).toBe(true)
    expect(events).not.toContain('server.error')
  })
})
