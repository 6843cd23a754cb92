// Python's OAuth clients against a server that has everything registered, over TLS.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { promisify } from 'node:util'
import { startTestServer, type TestServer } from '@authlib/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SECRET, SIGNER, startEverything, type Everything } from '../support/everything.ts'
import { FormBrowser } from '../support/form-browser.ts'
import { describeWith, pythonAuthlibSession, pythonRequestsOAuthlib } from '../support/needs.ts'
import { CERTIFICATE, tlsFetch } from '../support/tls.ts'

const folder = mkdtempSync(join(tmpdir(), 'foreign-python-'))
const ca = join(folder, 'ca.pem')
let everything: Everything
let application: TestServer
let redirectUri: string

beforeAll(async () => {
  writeFileSync(ca, CERTIFICATE)
  application = await startTestServer(() => new Response('back at the application'))
  redirectUri = `${application.url}/callback`
  everything = await startEverything(redirectUri)
})
afterAll(async () => {
  await Promise.all([everything.stop(), application.stop()])
  rmSync(folder, { recursive: true })
})

const given = (): object => ({
  ...{ issuer: everything.issuer, ca, secret: SECRET, redirect_uri: redirectUri },
  ...{ signer: SIGNER, key: { ...everything.clientKey.privateJwk(), kid: 'c' } },
})

describeWith(pythonAuthlibSession, 'Authlib for Python', (python) => {
  it('authenticates in four ways, exchanges tokens, presents assertions and pushes requests', async () => {
    const script = join(import.meta.dirname, '../support/authlib_grants.py')
    const { stdout } = await promisify(execFile)(python, [script, JSON.stringify(given())])
    const machine = (client_id: string): object => ({ client_id, sub: client_id, scope: 'read' })
    const looked = { active: true, revoked: true }
    const person = { client_id: 'client_secret_basic', sub: 'alice', scope: 'read' }
    expect(JSON.parse(stdout)).toEqual({
      client_secret_basic: { ...machine('client_secret_basic'), ...looked },
      client_secret_post: { ...machine('client_secret_post'), ...looked },
      client_secret_jwt: machine('client_secret_jwt'),
      private_key_jwt: machine('private_key_jwt'),
      ...{ password: person, exchange: person, assertion: person },
      pushed: [201, true],
    })
  })
})

describeWith(pythonRequestsOAuthlib, 'requests-oauthlib', (python) => {
  it('logs in, refreshes, and gets tokens without a browser', async () => {
    const script = join(import.meta.dirname, '../support/requests_oauthlib_client.py')
    const peer = spawn(python, [script, JSON.stringify({ ...given(), client_id: 'client_secret_basic' })], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OAUTHLIB_INSECURE_TRANSPORT: '1' }, // the application itself has no TLS
    })
    const lines = createInterface(peer.stdout)[Symbol.asyncIterator]()
    const read = async (): Promise<string> => String((await lines.next()).value)
    const reach = tlsFetch()
    const browser = new FormBrowser((input, init) => {
      const target = new URL(input instanceof Request ? input.url : input)
      return target.protocol === 'https:' ? reach(target, init) : fetch(target, init)
    })
    await browser.open(await read())
    await browser.submit({ username: 'alice', password: 'alice' })
    await browser.submit({ decision: 'approve' })
    peer.stdin.end(`${browser.url}\n`)
    expect(JSON.parse(await read())).toEqual({
      ...{ scope: ['read', 'write'], rotated: true, active: true, revoked: true, after: 'invalid_grant' },
      ...{ machine: ['read'], password: ['read'] },
    })
  })
})
