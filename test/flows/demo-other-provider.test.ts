// The client of one demo at the provider of another, as at any provider that is not part of it.
import { createServer } from 'node:net'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runDemo, startDemo, temporaryFolder } from '../support/demo-process.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? String(address.port) : ''
}

describe('the demo with AUTHLIB_CLIENT_ISSUER', () => {
  it('sends people to that provider, as the client that is registered there', async () => {
    const port = await freePort()
    const clients = join(folder.path, 'clients.json')
    const redirect_uris = [`http://localhost:${port}/callback`]
    writeFileSync(clients, JSON.stringify([{ client_id: 'guest', redirect_uris, token_endpoint_auth_method: 'none' }]))
    const there = await startDemo({ AUTHLIB_CLIENTS: clients, AUTHLIB_DATABASE: join(folder.path, 'there.db') })
    const here = await startDemo({
      AUTHLIB_DATABASE: join(folder.path, 'here.db'),
      AUTHLIB_CLIENT_PORT: port,
      AUTHLIB_CLIENT_ISSUER: there.provider,
      AUTHLIB_CLIENT_ID: 'guest',
      AUTHLIB_CLIENT_SCOPE: 'openid email',
    })
    try {
      const login = await fetch(`${here.client}/login`, { redirect: 'manual' })
      const url = new URL(login.headers.get('location')!)
      expect(url.origin).toBe(there.provider)
      expect(Object.fromEntries(url.searchParams)).toMatchObject({ client_id: 'guest', scope: 'openid email' })
      const page = await fetch(url, { redirect: 'manual' })
      expect([page.status, page.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/login/)])
    } finally {
      await Promise.all([there.stop(), here.stop()])
    }
  }, 60_000)

  it('needs the id of the client', async () => {
    const demo = runDemo({ AUTHLIB_CLIENT_ISSUER: 'https://idp.example' })
    expect(await demo.ended).not.toBe(0)
    expect(demo.output()).toContain('AUTHLIB_CLIENT_ID')
  })
})
