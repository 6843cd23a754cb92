/** Records of features in a database file of earlier code, read by today's. */

import { chmodSync, copyFileSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { inflateSync } from 'node:zlib'
import { requestAdapter } from '@authlib/core'
import { decodeUnverifiedJwt, importKey } from '@authlib/jose'
import { apiSession } from '@authlib/oauth1/client'
import { CIBA, DEVICE_CODE, findBackchannelRequest, JWT_BEARER } from '@authlib/oauth2/server'
import { sqliteStore, type SqliteStore } from '@authlib/sql/node-sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decide, locationOf } from '../../packages/oauth1/test/journey.ts'
import {
  Browser,
  ISSUER,
  manualClock,
  post,
  redeem,
  refresh,
  type TestClock,
} from '../../packages/oauth2/test/journey.ts'
import {
  DOCUMENT_ID,
  featureServers,
  MANY,
  oauth1World,
  relyingParty,
  visit,
  type writeFeatures,
} from '../support/upgrade-features.ts'
import { WRITTEN_AT } from '../support/upgrade-provider.ts'

const fixtures = new URL('../fixtures/', import.meta.url)

describe.each(['sqlite-2'])('features in a database file as %s wrote it', (name) => {
  const text = readFileSync(new URL(`${name}.json`, fixtures), 'utf8')
  const { features: issued } = JSON.parse(text) as { features: Awaited<ReturnType<typeof writeFeatures>> } // our script wrote it
  let folder: string
  let store: SqliteStore
  let clock: TestClock
  let made: ReturnType<typeof featureServers>

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'authlib-upgrade-'))
    copyFileSync(new URL(`${name}.db`, fixtures), join(folder, 'auth.db'))
    chmodSync(join(folder, 'auth.db'), 0o600) // a checkout is readable by everyone
    store = sqliteStore(join(folder, 'auth.db'))
    clock = manualClock(WRITTEN_AT + 30)
    const offline = () => Promise.reject(new TypeError('nothing is fetched'))
    made = featureServers(store, clock, await importKey(issued.trusted), offline)
  })
  afterEach(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })

  const isActive = async (token: unknown) => (await made.server.tokens.find(String(token))) !== null
  const token = (form: Record<string, string>) => post(made.server, '/token', form, MANY)

  function remove(kind: string): void {
    const database = new DatabaseSync(join(folder, 'auth.db'))
    database.prepare('DELETE FROM authlib_records WHERE kind = ?').run(kind)
    database.close()
  }

  /** Through the development pages, to the last answer. */
  async function answer(browser: Browser, first: Response): Promise<Response> {
    let response = first
    for (let step = 0; step < 3 && response.status === 303; step++) {
      const location = response.headers.get('location') ?? ''
      if (!location.startsWith('/')) break
      const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
      const form = location.startsWith('/login') ? { username: 'alice', password: 'alice' } : { decision: 'approve' }
      response = await browser.open(location, { ...form, interaction })
    }
    return response
  }

  it('ends tokens that derive from another one with it (RFC 8693)', async () => {
    expect([await isActive(issued.root['access_token']), await isActive(issued.grandchild)]).toEqual([true, true])
    await post(made.server, '/revoke', { token: String(issued.root['refresh_token']) }, MANY)
    expect([await isActive(issued.root['access_token']), await isActive(issued.grandchild)]).toEqual([false, false])
  })

  it('answers a pushed request once (RFC 9126)', async () => {
    const url = `/authorize?client_id=many&request_uri=${encodeURIComponent(String(issued.pushed))}`
    const browser = new Browser(made.server)
    const response = await answer(browser, await browser.open(url))
    const code = new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? ''
    expect((await redeem(made.server, code, { client: MANY })).status).toBe(200)
    expect((await browser.open(url)).status).toBe(400)
  })

  it('goes on with a login whose request was too long for a URL', async () => {
    const browser = new Browser(made.server)
    for (const [cookie, value] of Object.entries(issued.longLogin.cookies)) browser.cookies.set(cookie, value)
    const first = new Response(null, { status: 303, headers: { location: String(issued.longLogin.url) } })
    const { searchParams } = new URL((await answer(browser, first)).headers.get('location') ?? '')
    expect([searchParams.get('code'), searchParams.get('state')]).toEqual([expect.anything(), 'x'.repeat(4000)])
  })

  it('connects a device whose code was shown (RFC 8628)', async () => {
    const { device_code: code, user_code: userCode } = issued.device as Record<string, string>
    const poll = () => token({ grant_type: DEVICE_CODE, device_code: String(code) })
    expect((await poll()).json['error']).toBe('authorization_pending')
    const browser = new Browser(made.server)
    await answer(browser, await browser.open('/device', { user_code: String(userCode) }))
    clock.advance(10)
    expect((await poll()).json['scope']).toBe('read')
  })

  it('tells the person of a request that it could not tell of, and gives its tokens (CIBA Core §10.1)', async () => {
    expect(await made.server.deliverDue()).toEqual({ delivered: 1, failed: 0 })
    const request = await findBackchannelRequest(made.server, made.asked[0] ?? '')
    await made.server.requests.answer(request!, { subject: 'alice', authTime: clock() })
    expect((await token({ grant_type: CIBA, auth_req_id: String(issued.ciba) })).json['scope']).toBe('read')
  })

  it('knows a client by the document that was fetched', async () => {
    const refreshed = await refresh(made.server, issued.ofDocument['refresh_token'], { client_id: DOCUMENT_ID })
    expect(refreshed.status).toBe(200)
  })

  it('registers one client with an initial access token (RFC 7591 §3)', async () => {
    const register = async () => {
      const headers = { authorization: `Bearer ${issued.initialAccessToken}`, 'content-type': 'application/json' }
      const body = JSON.stringify({ redirect_uris: ['https://new.example/cb'] })
      return (await made.server.fetch(new Request(`${ISSUER}/register`, { method: 'POST', headers, body }))).status
    }
    expect([await register(), await register()]).toEqual([201, 401])
  })

  it('refuses assertions that were used (RFC 7523 §3)', async () => {
    const { json } = await token({ grant_type: JWT_BEARER, assertion: issued.assertion })
    expect(json['error']).toBe('invalid_grant')
    expect((await post(made.server, '/token', issued.authenticated)).json['error']).toBe('invalid_client')
    remove('replay') // and nothing but this refuses it
    expect((await post(made.server, '/token', issued.authenticated)).status).toBe(200)
  })

  it('says which JWTs were revoked, and gives no entry of the status list twice', async () => {
    const entryOf = (jwt: unknown) =>
      (decodeUnverifiedJwt(String(jwt)).claims as { status: { status_list: { idx: number } } }).status.status_list.idx
    const server = made.jwtServer
    const list = async (): Promise<Buffer> => {
      const jwt = await (await server.fetch(new Request(`${ISSUER}/status-lists/0`))).text()
      const { status_list: entries } = decodeUnverifiedJwt(jwt).claims as { status_list: { lst: string } }
      return inflateSync(Buffer.from(entries.lst, 'base64url'))
    }
    const bit = async (jwt: unknown) => ((await list())[entryOf(jwt) >> 3]! >> (entryOf(jwt) & 7)) & 1
    expect([await bit(issued.statusLive), await bit(issued.statusRevoked)]).toEqual([0, 1])
    await post(server, '/revoke', { token: String(issued.statusLive) }, MANY)
    clock.advance(60) // a list is kept for its ttl
    expect(await bit(issued.statusLive)).toBe(1)
    const next = await post(server, '/token', { grant_type: 'client_credentials', scope: 'read' }, MANY)
    expect(entryOf(next.json['access_token'])).toBeGreaterThanOrEqual(256) // the next block
  })

  it('finishes a login of a relying party, and knows who is signed in', async () => {
    const { oauth, sessions } = relyingParty(store, clock)
    const callback = visit('/cb?state=s', issued.loginCookies)
    expect(await oauth.example.authorizeAccessToken(callback)).toMatchObject({ visitor: 'alice' })
    await expect(oauth.example.authorizeAccessToken(callback)).rejects.toMatchObject({ code: 'login_used' })
    expect(await sessions.find(visit('/', issued.sessionCookies))).toMatchObject({
      subject: 'alice',
      data: { name: 'Alice' },
    })
    await sessions.endOfProvider({ issuer: issued.provider.iss, sid: 'lives' })
    expect(await sessions.find(visit('/', issued.sessionCookies))).toBeNull()
  })

  it('lets no login begin whose session the provider has ended meanwhile', async () => {
    const { sessions } = relyingParty(store, clock)
    const request = await requestAdapter.request(visit('/'))
    const late = sessions.signIn(request, { subject: 'alice', claims: { ...issued.provider, sid: 'ended' } })
    await expect(late).rejects.toMatchObject({ code: 'login_ended' })
  })

  it('knows the clients, tokens, nonces and logins of OAuth 1', async () => {
    const made = oauth1World(store)
    const who = await apiSession(made.client(), { token: issued.oauth1.token }).fetch('/who')
    expect(await who.json()).toMatchObject({ clientId: 'web', subject: 'ann' })
    const again = await made.fetch('https://api.example/who', { headers: { authorization: issued.oauth1.replay } })
    expect(again.status).toBe(401)
    const callback = locationOf(await decide(made.server, issued.oauth1.url))
    const finished = await made.client().finishAuthorization(callback, issued.oauth1.login)
    expect(finished.token.accessToken).toMatch(/^oa_/)
  })
})

it('every kind of record is in one of the files', () => {
  const stored = globSync('*.db', { cwd: fixtures }).flatMap((file) => {
    const database = new DatabaseSync(new URL(file, fixtures), { readOnly: true })
    const rows = database.prepare('SELECT DISTINCT kind FROM authlib_records').all()
    database.close()
    return rows.map(({ kind }) => String(kind))
  })
  const packages = new URL('../../packages/', import.meta.url)
  const written = globSync('*/src/**/*.ts', { cwd: packages, exclude: ['**/*.test.ts', 'testing/**'] }).flatMap(
    (file) =>
      [
        ...readFileSync(new URL(file, packages), 'utf8').matchAll(
          /^(?:export )?const (?:[A-Z]+_)?KIND = '([a-z0-9_]+)'/gm,
        ),
      ].map(([, kind = '']) => kind),
  )
  expect(written.length).toBeGreaterThan(20)
  const others = ['signing_keys', 'oauth1_temporary', 'oauth1_token', 'oauth1_nonce']
  expect([...new Set(stored)]).toEqual(expect.arrayContaining([...written, ...others]))
})
