import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { startTestServer, type TestServer } from '@authlib/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startDemo, temporaryFolder, type DemoProcess } from '../support/demo-process.ts'
import { FormBrowser } from '../support/form-browser.ts'
import { describeWith, pythonAuthlib } from '../support/needs.ts'

const SCRIPT = join(import.meta.dirname, '../support/authlib_client.py')

describeWith(pythonAuthlib, 'Authlib for Python as a client of the demo', (python) => {
  const folder = temporaryFolder()
  const scope = 'openid email offline_access api:read'
  const clients = [
    { client_id: 'basic', client_secret: 'a-secret-of-the-client', token_endpoint_auth_method: 'client_secret_basic' },
    { client_id: 'post', client_secret: 'another-secret', token_endpoint_auth_method: 'client_secret_post' },
    { client_id: 'public', token_endpoint_auth_method: 'none' },
  ]
  let application: TestServer
  let demo: DemoProcess

  beforeAll(async () => {
    application = await startTestServer(() => new Response('back at the client'))
    const common = {
      redirect_uris: [`${application.url}/cb`],
      grant_types: ['authorization_code', 'refresh_token'],
    }
    const file = join(folder.path, 'clients.json')
    writeFileSync(file, JSON.stringify(clients.map((client) => ({ ...client, ...common }))))
    demo = await startDemo({ AUTHLIB_CLIENTS: file, AUTHLIB_DATABASE: join(folder.path, 'demo.db') })
  }, 60_000)
  afterAll(async () => {
    await demo.stop()
    await application.stop()
    folder.remove()
  })

  it.each(clients)('does a whole flow as $client_id: ID Token, userinfo, API, refresh, revocation', async (client) => {
    const given = { ...client, issuer: demo.provider, api: demo.api, redirect_uri: `${application.url}/cb`, scope }
    const peer = spawn(python, [SCRIPT, JSON.stringify(given)], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface(peer.stdout)[Symbol.asyncIterator]()
    const read = async (): Promise<string> => String((await lines.next()).value)

    const browser = new FormBrowser()
    await browser.open(await read())
    await browser.submit({ username: 'alice', password: 'alice' })
    await browser.submit({ decision: 'approve' })
    expect(browser.text).toBe('back at the client')
    peer.stdin.end(`${browser.url}\n`)

    const confidential = client.client_secret !== undefined
    expect(JSON.parse(await read())).toMatchObject({
      sub: 'alice',
      userinfo: { sub: 'alice', email: 'alice@people.example' },
      api: { message: 'Hello alice', token: { client_id: client.client_id } },
      rotated: true,
      refreshed: { api: { message: 'Hello alice' }, active: confidential ? true : null },
      revoked: { userinfo: 401, active: confidential ? false : null },
    })
  })
})
