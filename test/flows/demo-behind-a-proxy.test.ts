import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDemo, temporaryFolder } from '../support/demo-process.ts'

const ISSUER = 'https://demo.example'

const folder = temporaryFolder()
let demo: ReturnType<typeof runDemo>
let output: string

beforeAll(async () => {
  demo = runDemo({ AUTHLIB_ISSUER: ISSUER, AUTHLIB_PROVIDER_PORT: '0', AUTHLIB_DATABASE: join(folder.path, 'demo.db') })
  await demo.printed(/Ctrl-C/g, 1)
  output = demo.output()
}, 60_000)
afterAll(async () => {
  await demo.stop()
  folder.remove()
})

describe('the demo with AUTHLIB_ISSUER', () => {
  it('publishes the URL of the proxy, and its client reaches the provider without it', async () => {
    expect(output).toContain(ISSUER)
    const [client] = /http:\/\/localhost:\d+/.exec(output)!
    const login = await fetch(`${client}/login`, { redirect: 'manual' })
    expect(login.status).toBe(303)
    expect(login.headers.get('location')).toMatch(/^https:\/\/demo\.example\/authorize\?/)
  })

  it('answers requests that are under way when it is told to end', async () => {
    const api = /http:\/\/localhost:\d+/g
    const [client] = output.match(api)!
    const { hostname, port } = new URL(client)
    // The head of the request is there, the body is not: the answer must wait for it.
    const request = httpRequest({
      hostname,
      port,
      path: '/logout',
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': '3',
        host: `localhost:${port}`,
      },
    })
    const answered = new Promise<number | undefined>((resolve, reject) => {
      request.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject)
    })
    request.flushHeaders()
    await fetch(client) // by now the first request has been read
    const ended = demo.stop('SIGTERM')
    request.end('a=b')
    expect(await answered).toBeGreaterThanOrEqual(200)
    expect(await ended).toBe(0)
  })
})
