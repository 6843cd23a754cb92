import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { storeTokens } from '@authlib/core'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { startTestServer, type TestServer } from '@authlib/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portsOf, runDemo, startDemo, temporaryFolder, type DemoProcess } from '../support/demo-process.ts'
import { FormBrowser } from '../support/form-browser.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const SECRET = 'the secret of the foreign client, with a + and a :'

const folder = temporaryFolder()
const database = join(folder.path, 'demo.db')
const clientsFile = join(folder.path, 'clients.json')
const env = { AUTHLIB_DATABASE: database, AUTHLIB_CLIENTS: clientsFile }

/** Everything secret that was seen on the way. */
const seen = new Map<string, string>([
  ['code verifier', VERIFIER],
  ['client secret', SECRET],
])

let application: TestServer
let demo: DemoProcess

beforeAll(async () => {
  application = await startTestServer(() => new Response('back at the foreign client'))
  const foreign = {
    client_id: 'foreign',
    client_secret: SECRET,
    client_name: 'A foreign client',
    redirect_uris: [`${application.url}/cb`],
    grant_types: ['authorization_code', 'refresh_token'],
    contacts: ['somebody@example.com'],
  }
  const older = { ...foreign, client_id: 'older', require_pkce: false }
  writeFileSync(clientsFile, JSON.stringify([foreign, older]))
  demo = await startDemo(env)
}, 60_000)
afterAll(async () => {
  await demo.stop()
  await application.stop()
  folder.remove()
})

async function logIn(browser: FormBrowser, url: string, username = 'alice'): Promise<void> {
  await browser.open(url)
  if (browser.text.includes('name="password"')) await browser.submit({ username, password: username })
  if (browser.text.includes('name="decision"')) await browser.submit({ decision: 'approve' })
}

/** A code for the foreign client. */
async function obtainCode(): Promise<string> {
  const browser = new FormBrowser()
  const query = new URLSearchParams({
    client_id: 'foreign',
    response_type: 'code',
    redirect_uri: `${application.url}/cb`,
    scope: 'openid email offline_access api:read',
    state: 'a state',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  })
  await logIn(browser, `${demo.provider}/authorize?${query.toString()}`)
  expect(browser.text).toBe('back at the foreign client')
  const answer = new URL(browser.url).searchParams
  expect([answer.get('state'), answer.get('iss')]).toEqual(['a state', demo.provider])
  return remember('code', answer.get('code'))
}

async function post(
  path: string,
  form: Record<string, string>,
): Promise<{ status: number; json: Record<string, string> }> {
  const authorization = `Basic ${btoa(`foreign:${encodeURIComponent(SECRET)}`)}`
  const body = new URLSearchParams(form)
  const response = await fetch(demo.provider + path, { method: 'POST', body, headers: { authorization } })
  const text = await response.text()
  const json = (text === '' ? {} : JSON.parse(text)) as Record<string, string>
  for (const name of ['access_token', 'refresh_token', 'id_token']) if (json[name]) remember(name, json[name])
  return { status: response.status, json }
}

const redeem = (code: string): ReturnType<typeof post> =>
  post('/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: `${application.url}/cb`,
    code_verifier: VERIFIER,
  })
const refresh = (token = ''): ReturnType<typeof post> =>
  post('/token', { grant_type: 'refresh_token', refresh_token: token })
const introspect = async (token = ''): Promise<unknown> => (await post('/introspect', { token })).json['active']
const get = (url: string, token = ''): Promise<Response> =>
  fetch(url, { headers: { authorization: `Bearer ${token}` } })

function remember(name: string, value: string | null | undefined): string {
  if (!value) throw new Error(`There is no ${name}`)
  seen.set(`${name} ${seen.size}`, value)
  return value
}

describe('the demo', () => {
  it('says where it is and who can log in', () => {
    expect(demo.output()).toMatch(/Client +http:.*Provider +http:.*API +http:.*alice or bob/s)
  })

  it('serves a foreign client: code with PKCE, userinfo, API, introspection, refresh, revocation', async () => {
    const { json: tokens } = await redeem(await obtainCode())
    expect(Object.keys(tokens)).toEqual(expect.arrayContaining(['access_token', 'refresh_token', 'id_token']))
    const userinfo = await get(`${demo.provider}/userinfo`, tokens['access_token'])
    expect(await userinfo.json()).toEqual({ sub: 'alice', email: 'alice@people.example', email_verified: true })
    const api = await get(`${demo.api}/notes`, tokens['access_token'])
    expect(await api.json()).toMatchObject({ message: 'Hello alice', token: { client_id: 'foreign' } })
    const { json: next } = await refresh(tokens['refresh_token'])
    expect(await introspect(next['access_token'])).toBe(true)
    await post('/revoke', { token: next['refresh_token'] ?? '' })
    expect(await introspect(next['access_token'])).toBe(false)
    expect((await refresh(next['refresh_token'])).json['error']).toBe('invalid_grant')
  })

  it.each([
    ['older', 'code'],
    ['foreign', 'error'],
  ])('demands PKCE unless the file says otherwise: %s gets a %s', async (clientId, member) => {
    const browser = new FormBrowser()
    const query = new URLSearchParams({ client_id: clientId, response_type: 'code', scope: 'openid', nonce: 'n' })
    await logIn(browser, `${demo.provider}/authorize?${query.toString()}&redirect_uri=${application.url}/cb`)
    expect(new URL(browser.url).searchParams.has(member)).toBe(true)
  })

  it('publishes where the API finds its provider (RFC 9728 §3)', async () => {
    const challenge = (await fetch(`${demo.api}/notes`)).headers.get('www-authenticate') ?? ''
    const [, url = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
    const metadata = (await (await fetch(url)).json()) as Record<string, unknown>
    expect(metadata).toMatchObject({ resource: demo.api, authorization_servers: [demo.provider] })
  })

  it('hardens every page (RFC 9700 §4.16)', async () => {
    const { client, provider } = demo
    for (const url of [
      `${client}/`,
      `${client}/nowhere`,
      `${client}/callback`,
      `${provider}/`,
      `${provider}/nowhere`,
    ]) {
      const { headers } = await fetch(url)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toMatch(/default-src 'none'.*style-src 'nonce-.*frame-ancestors 'none'/)
      expect(policy).not.toContain('unsafe')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  it('refuses a form without the token of its session (RFC 6749 §10.12)', async () => {
    const [alice, bob] = [new FormBrowser(), new FormBrowser()]
    await logIn(alice, `${demo.client}/login`)
    await logIn(bob, `${demo.client}/login`, 'bob')
    const csrf = /name="csrf" value="([^"]+)"/.exec(bob.text)?.[1] ?? ''
    for (const body of [new URLSearchParams(), new URLSearchParams({ csrf })]) {
      await alice.open(`${demo.client}/call`, { method: 'POST', body })
      expect([alice.status, alice.text]).toEqual([403, expect.stringContaining('This page is out of date')])
    }
  })

  it('keeps sessions, codes and tokens over a restart', async () => {
    const browser = new FormBrowser()
    await logIn(browser, `${demo.client}/login`)
    const code = await obtainCode()
    const { json: tokens } = await redeem(await obtainCode())
    const exitCode = await demo.stop('SIGINT') // while connections are kept alive
    expect(exitCode).toBe(process.platform === 'win32' ? null : 0) // Windows has no signals: it is cut off there
    demo = await startDemo({ ...env, ...portsOf(demo) })

    await browser.open(demo.client)
    expect(browser.text).toContain('Hello, Alice Adams')
    await browser.submit() // the first form: call the API
    expect(browser.text).toContain('Hello alice')
    await browser.open(`${demo.client}/login`) // the provider asks nothing again
    expect(browser.text).toContain('Hello, Alice Adams')
    expect((await redeem(code)).status).toBe(200)
    expect(await introspect(tokens['access_token'])).toBe(true)
    expect((await get(`${demo.provider}/userinfo`, tokens['access_token'])).status).toBe(200)
    expect((await refresh(tokens['refresh_token'])).status).toBe(200)
    remember('session of the client', browser.cookie('demo_session'))
    remember('session of the provider', browser.cookie('authlib_session'))
  })

  it('keeps nothing secret at rest, its own tokens included', async () => {
    const secrets = JSON.parse(readFileSync(`${database}.secrets.json`, 'utf8')) as Record<string, string>
    for (const [name, value] of Object.entries(secrets)) seen.set(`secret ${name}`, value)
    const session = seen.get([...seen.keys()].find((name) => name.startsWith('session of the client')) ?? '') ?? ''
    const store = sqliteStore(database)
    const token = await storeTokens(store, { secrets: [secrets['client'] ?? ''] }).get(`provider:${session}`)
    store.close()
    for (const name of ['accessToken', 'refreshToken', 'idToken']) seen.set(`own ${name}`, token?.[name] as string)

    const files = readdirSync(folder.path).filter((name) => /^demo\.db(-wal|-shm)?$/.test(name))
    const bytes = Buffer.concat(files.map((name) => readFileSync(join(folder.path, name))))
    expect(bytes.includes('Alice Adams')).toBe(true) // the search can find something
    expect(seen.size).toBeGreaterThan(20)
    for (const [name, value] of seen) {
      expect(value.length, name).toBeGreaterThan(30)
      expect(bytes.includes(value), name).toBe(false)
      for (const part of value.split('.').filter((piece) => piece.length >= 40))
        expect(bytes.includes(part), name).toBe(false)
    }
    if (process.platform !== 'win32') expect(statSync(`${database}.secrets.json`).mode & 0o777).toBe(0o600)
  })
})

if (process.platform !== 'win32') {
  it.each(['SIGTERM', 'SIGINT'] as const)('npm run demo leaves nothing running after %s', async (signal) => {
    const environment = { ...process.env, ...portsOf(demo), ...env, AUTHLIB_DATABASE: join(folder.path, 'npm.db') }
    await demo.stop()
    const npm = spawn('npm', ['run', 'demo'], {
      cwd: join(import.meta.dirname, '../..'),
      env: environment,
      detached: true,
    })
    for await (const chunk of npm.stdout) if (String(chunk).includes('Ctrl-C')) break
    expect(await (await fetch(`${demo.client}/`)).text()).toContain('Log in')
    if (signal === 'SIGINT')
      process.kill(-npm.pid!, signal) // Ctrl-C reaches the whole group
    else npm.kill(signal)
    await once(npm.stderr, 'close') // held open by whatever npm has started
    demo = await startDemo({ ...env, ...portsOf(demo) }) // the ports are free
  })
}

describe('a demo that cannot start', () => {
  const client = {
    client_id: 'other',
    client_secret: 'other-secret-other-secret-other',
    redirect_uris: ['https://app.example/cb'],
  }

  it.each<[fault: string, content: unknown, message: RegExp]>([
    ['no JSON', '[', /cannot be read/],
    ['no list', client, /is not a list/],
    ['a client without an id', [{ ...client, client_id: undefined }], /client 1 .*client_id is missing/],
    ['a client that is taken', [client, client], /client 2 .*client_id is taken/],
    ['the id of the demo itself', [{ ...client, client_id: 'demo' }], /client_id is taken/],
    ['redirect URIs that are no list', [{ ...client, redirect_uris: 'x' }], /redirect_uris is not a list of strings/],
    ['an http redirect URI', [{ ...client, redirect_uris: ['http://app.example/cb'] }], /is http and not loopback/],
    ['a confidential client without a secret', [{ ...client, client_secret: undefined }], /client_secret is missing/],
  ])('because of %s in AUTHLIB_CLIENTS says so in one line', async (_fault, content, message) => {
    const file = join(folder.path, 'faulty.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    await expectOneLine({ AUTHLIB_CLIENTS: file }, message)
  })

  it('because a port is taken says which, and how to choose another', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const port = String((holder.address() as AddressInfo).port)
    await expectOneLine({ AUTHLIB_API_PORT: port }, new RegExp(`Port ${port} is taken.*AUTHLIB_API_PORT`))
    holder.close()
  })

  it.each([
    [{ AUTHLIB_CLIENT_PORT: 'http' }, /AUTHLIB_CLIENT_PORT is not a port/],
    [{ AUTHLIB_DATABASE: '/nowhere/demo.db' }, /cannot be written/],
  ])('because of %o says so', (faulty, message) => expectOneLine(faulty, message))

  async function expectOneLine(faulty: Record<string, string>, message: RegExp): Promise<void> {
    mkdirSync(join(folder.path, 'other'), { recursive: true })
    const demo = runDemo({ AUTHLIB_DATABASE: join(folder.path, 'other/demo.db'), ...faulty })
    expect(await demo.ended).toBe(1)
    expect(demo.output().trim().split('\n')).toEqual([expect.stringMatching(message)])
  }
})
