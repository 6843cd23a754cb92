/** The whole journey on each database server, and the demo on each by one environment variable. */

import { randomBytes } from 'node:crypto'
import { storedLogins, storeTokens, type PendingLogin } from '@authlib/core'
import { OAuth2Client, apiSession } from '@authlib/oauth2/client'
import {
  DEVICE_CODE,
  deviceAuthorizationGrant,
  findDeviceRequest,
  staticClients,
  type AuthorizationServer,
  type ClientMetadata,
} from '@authlib/oauth2/server'
import { startFakeProvider } from '@authlib/testing'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { API, fullServer, obtainCode, post, redeem, refresh, WEB } from '../../packages/oauth2/test/journey.ts'
import { openStore } from '../../examples/demo/src/store.ts'
import { portsOf, startDemo } from '../support/demo-process.ts'
import { FormBrowser } from '../support/form-browser.ts'
import { describeWith, mysqlServer, postgresServer, redisServer, type Need } from '../support/needs.ts'
import { openDatabase, type OpenDatabase } from '../support/open-database.ts'

const TV: ClientMetadata = {
  client_id: 'tv',
  token_endpoint_auth_method: 'none',
  grant_types: [DEVICE_CODE, 'refresh_token'],
  scope: 'read',
}
const secrets = ['a secret of the application, 32 characters']

/** Each with a way to an empty database of the same server: its URL, and how to remove it. */
const databases: readonly (readonly [Need, string, (url: string) => Promise<[string, () => Promise<unknown>]>])[] = [
  [postgresServer, 'PostgreSQL', emptyPostgres],
  [mysqlServer, 'MariaDB', emptyMysql],
  [redisServer, 'Redis', emptyRedis],
]

for (const [need, title, emptyDatabase] of databases) {
  describeWith(need, title, (url) => {
    const name = `journey_${randomBytes(4).toString('hex')}`
    let opened: [OpenDatabase, OpenDatabase]
    let servers: [AuthorizationServer, AuthorizationServer]
    beforeAll(async () => {
      opened = [await openDatabase(url, { name }), await openDatabase(url, { name })]
      const clients = staticClients([WEB, API, TV])
      const made = opened.map(({ store }) => fullServer({ store, clients }).server)
      for (const server of made) server.registerGrant(deviceAuthorizationGrant())
      servers = made as typeof servers // sound: two of two
    })
    afterAll(async () => {
      await opened[0].drop()
      await Promise.all(opened.map((each) => each.close()))
    })

    it('issues, refreshes, introspects and revokes', async () => {
      const [one, other] = servers
      const first = await redeem(other, await obtainCode(one))
      expect(first.status).toBe(200)
      const second = await refresh(one, first.json['refresh_token'])
      expect(second.status).toBe(200)
      const active = async (token: unknown) =>
        (await post(other, '/introspect', { token: String(token) }, API)).json['active']
      expect(await active(second.json['access_token'])).toBe(true)
      await post(one, '/revoke', { token: String(second.json['refresh_token']) }, WEB)
      expect(await active(second.json['access_token'])).toBe(false)
      expect((await refresh(other, second.json['refresh_token'])).json['error']).toBe('invalid_grant')
    })

    it('gives tokens to a device that asks one process while its owner answers another', async () => {
      const [one, other] = servers
      const device = (await post(one, '/device_authorization', { scope: 'read' }, TV)).json
      const poll = () =>
        post(one, '/token', { grant_type: DEVICE_CODE, device_code: String(device['device_code']) }, TV)
      expect((await poll()).json['error']).toBe('authorization_pending')
      const request = await findDeviceRequest(other, String(device['user_code']))
      await other.requests.answer(request!, { subject: 'alice', authTime: other.clock() })
      const tokens = await poll()
      expect(tokens.status).toBe(200)
      expect((await poll()).json['error']).toBe('invalid_grant')
      expect((await refresh(other, tokens.json['refresh_token'], TV)).status).toBe(200)
    })

    it('revokes everything of a client and of a person', async () => {
      const [server] = servers
      const own = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
      const theirs = await redeem(server, await obtainCode(server))
      expect(await server.authorizations.revoke({ subject: 'alice' })).toBeGreaterThanOrEqual(1)
      expect((await refresh(server, theirs.json['refresh_token'])).json['error']).toBe('invalid_grant')
      expect(await server.authorizations.revoke({ clientId: 'web' })).toBeGreaterThanOrEqual(1)
      const token = String(own.json['access_token'])
      expect((await post(server, '/introspect', { token }, API)).json['active']).toBe(false)
    })

    it('refreshes the token of a client once for two processes with fifty requests each (R11)', async () => {
      const provider = await startFakeProvider()
      onTestFinished(() => provider.stop())
      const { issuer, clientId, clientSecret } = provider
      const [one, other] = opened.map(({ store }) => {
        const tokens = storeTokens(store, { secrets })
        return new OAuth2Client({ issuer, clientId, clientSecret, tokens, apiBaseUrl: issuer })
      }) as [OAuth2Client, OAuth2Client]
      const { url: login, login: state } = await one.createAuthorization({
        redirectUri: 'https://app.example/callback',
      })
      const { token } = await one.finishAuthorization(provider.approve(login), state)
      await apiSession(one, 'alice').save({ ...token, expiresAt: 1 })
      provider.expireAccessTokens()
      provider.requests.length = 0
      const calls = Array.from({ length: 100 }, (_, n) => apiSession(n % 2 === 0 ? one : other, 'alice').fetch('api'))
      expect((await Promise.all(calls)).every(({ status }) => status === 200)).toBe(true)
      expect(provider.requests.filter((request) => request === 'POST /token')).toHaveLength(1)
    })

    it('lets one of two callbacks of a login win, each at another process', async () => {
      const [one, other] = opened.map(({ store }) => storedLogins(store, { secrets })) as [Logins, Logins]
      const request = (cookie?: string) =>
        new Request('https://app.example/login', cookie ? { headers: { cookie } } : {})
      const pending: PendingLogin = {
        ...{ client: 'provider', redirectUri: 'https://app.example/callback', formPost: false },
        ...{ login: {}, data: { next: '/inbox' } },
      }
      const cookies = await one.begin(request(), 'state', pending)
      const sent = cookies.map((cookie) => `${cookie.name}=${cookie.value}`).join('; ')
      const answers = await Promise.allSettled(
        [one, other].map((each) => each.finish(request(sent), 'state', 'provider')),
      )
      const won = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.pending] : []))
      expect(won).toEqual([pending])
      expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'login_used' } })
    })

    it('carries the demo, over a restart, when AUTHLIB_DATABASE names it', { timeout: 60_000 }, async () => {
      const [AUTHLIB_DATABASE, remove] = await emptyDatabase(url)
      onTestFinished(() => remove().then(() => undefined))
      let demo = await startDemo({ AUTHLIB_DATABASE })
      onTestFinished(() => demo.stop().then(() => undefined))
      const browser = new FormBrowser()
      await browser.open(`${demo.client}/login`)
      await browser.submit({ username: 'alice', password: 'alice' })
      if (browser.text.includes('name="decision"')) await browser.submit({ decision: 'approve' })
      expect(browser.text).toContain('Hello, Alice Adams')
      expect(await demo.stop()).toBe(0)
      demo = await startDemo({ AUTHLIB_DATABASE, ...portsOf(demo) })
      await browser.open(demo.client)
      expect(browser.text).toContain('Hello, Alice Adams')
      await browser.submit() // the first form: call the API
      expect(browser.text).toContain('Hello alice')
    })
  })
}

type Logins = ReturnType<typeof storedLogins>

describe('the demo', () => {
  it('refuses a database that it does not know', async () => {
    await expect(openStore('oracle://localhost/db')).rejects.toThrow('oracle is not one of')
  })
})

async function emptyPostgres(url: string): Promise<[string, () => Promise<unknown>]> {
  const name = `demo_${randomBytes(4).toString('hex')}`
  const admin = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await admin(`CREATE DATABASE ${name}`)
  return [Object.assign(new URL(url), { pathname: `/${name}` }).href, () => admin(`DROP DATABASE ${name} WITH (FORCE)`)]
}

async function emptyMysql(url: string): Promise<[string, () => Promise<unknown>]> {
  const name = `demo_${randomBytes(4).toString('hex')}`
  const admin = async (sql: string): Promise<void> => {
    const connection = await createConnection({ uri: url })
    await connection.query(sql)
    await connection.end()
  }
  await admin(`CREATE DATABASE ${name}`)
  return [Object.assign(new URL(url), { pathname: `/${name}` }).href, () => admin(`DROP DATABASE ${name}`)]
}

async function emptyRedis(url: string): Promise<[string, () => Promise<unknown>]> {
  const numbered = Object.assign(new URL(url), { pathname: `/${1 + (randomBytes(1)[0]! % 15)}` }).href
  const flush = async (): Promise<void> => {
    const client = new Redis(numbered)
    await client.flushdb()
    client.disconnect()
  }
  await flush()
  return [numbered, flush]
}
