/** Database files of earlier schemas, opened by today's code: nothing in them is lost, and nothing revoked comes back. */

import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientFromMetadata } from '@authlib/oauth2/server'
import { sqliteStore, type SqliteStore } from '@authlib/sql/node-sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  API,
  Browser,
  manualClock,
  post,
  PUBLIC,
  redeem,
  refresh,
  WEB,
  type TestClock,
} from '../../packages/oauth2/test/journey.ts'
import { upgradeProvider, WRITTEN_AT, type UpgradeProvider } from '../support/upgrade-provider.ts'

type Tokens = Readonly<Record<'access_token' | 'refresh_token', string>>

/** What `scripts/upgrade-database.ts` wrote beside the file. */
interface Issued extends Readonly<
  Record<
    'web' | 'rotated' | 'own' | 'ofPublic' | 'revoked' | 'revokedAlone' | 'redeemed' | 'jwt' | 'jwtRevoked',
    Tokens
  >
> {
  readonly usedCode: string
  readonly liveCode: string
  readonly bobsCode: string
  readonly cookies: Readonly<Record<string, string>>
}

const fixtures = new URL('../fixtures/', import.meta.url)

describe.each(['sqlite-1', 'sqlite-2'])('a database file as %s wrote it', (name) => {
  const issued = JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), 'utf8')) as Issued // written by our script
  let folder: string
  let store: SqliteStore
  let clock: TestClock
  let provider: UpgradeProvider

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'authlib-upgrade-'))
    copyFileSync(new URL(`${name}.db`, fixtures), join(folder, 'auth.db'))
    chmodSync(join(folder, 'auth.db'), 0o600) // a checkout is readable by everyone
    store = sqliteStore(join(folder, 'auth.db'))
    clock = manualClock(WRITTEN_AT + 30)
    provider = upgradeProvider(store, clock)
    const { trust, ...metadata } = API
    await provider.clients.save(await clientFromMetadata(metadata, trust))
  })
  afterEach(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })

  const active = async (token: string, server = provider.server, client = API): Promise<unknown> => {
    return (await post(server, '/introspect', { token }, client)).json['active']
  }

  it('keeps access tokens alive, and revoked ones dead', async () => {
    for (const { access_token: token } of [issued.web, issued.rotated, issued.own, issued.ofPublic, issued.redeemed]) {
      expect(await active(token)).toBe(true)
    }
    expect(await active(issued.jwt.access_token, provider.jwtServer, WEB)).toBe(true)
    expect(await active(issued.revoked.access_token)).toBe(false)
    expect(await active(issued.revokedAlone.access_token)).toBe(false)
    expect(await active(issued.jwtRevoked.access_token, provider.jwtServer, WEB)).toBe(false)
  })

  it('lets clients refresh, and still notices a reused refresh token', async () => {
    expect((await refresh(provider.server, issued.ofPublic.refresh_token, PUBLIC)).status).toBe(200)
    expect((await refresh(provider.server, issued.rotated.refresh_token)).status).toBe(200)
    expect((await refresh(provider.server, issued.revoked.refresh_token)).json['error']).toBe('invalid_grant')
    expect((await refresh(provider.server, issued.web.refresh_token)).json['error']).toBe('invalid_grant')
    expect(await active(issued.rotated.access_token)).toBe(false) // the reuse has ended the family
  })

  it('redeems codes that were under way, and none a second time', async () => {
    expect((await redeem(provider.server, issued.liveCode)).status).toBe(200)
    expect((await redeem(provider.server, issued.bobsCode)).status).toBe(200)
    expect((await redeem(provider.server, issued.liveCode)).json['error']).toBe('invalid_grant')
    expect((await redeem(provider.server, issued.usedCode)).json['error']).toBe('invalid_grant')
    expect(await active(issued.redeemed.access_token)).toBe(false) // the replay has ended the authorization
  })

  it('knows who is logged in and what they have approved', async () => {
    const browser = new Browser(provider.server)
    for (const [cookie, value] of Object.entries(issued.cookies)) browser.cookies.set(cookie, value)
    const answer = await browser.open(authorizeAgain())
    expect(answer.headers.get('location')).toMatch(/[?&]code=ac_/)
  })

  it('finds what belongs to a person and to a client', async () => {
    expect(await provider.server.authorizations.revoke({ subject: 'bob' })).toBe(1)
    expect((await redeem(provider.server, issued.bobsCode)).json['error']).toBe('invalid_grant')
    expect(await provider.server.authorizations.revoke({ clientId: 'public' })).toBe(1)
    expect(await active(issued.ofPublic.access_token)).toBe(false)
    expect(await provider.server.authorizations.revoke({ clientId: 'web' })).toBeGreaterThanOrEqual(6)
    expect(await active(issued.own.access_token)).toBe(false)
  })

  it('keeps the clients, the signing keys, and the tokens of other providers', async () => {
    expect(await provider.clients.find('other')).toMatchObject({ clientId: 'other', redirectUris: WEB.redirect_uris })
    expect(await provider.tokens.get('github:alice')).toEqual({
      id: 'first',
      accessToken: 'of-another-provider',
      refreshToken: 'refresh-it',
    })
  })

  it('is swept as it always was', async () => {
    const total = await store.sweep(WRITTEN_AT + 10 * 365 * 86_400, 1000)
    expect(total).toBeGreaterThan(20)
    expect(await provider.clients.find('web')).not.toBeNull()
  })
})

function authorizeAgain(): string {
  const params = {
    client_id: 'web',
    response_type: 'code',
    redirect_uri: String(WEB.redirect_uris?.[0]),
    scope: 'openid profile read',
    nonce: 'n2',
    state: 's',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }
  return `/authorize?${new URLSearchParams(params).toString()}`
}
