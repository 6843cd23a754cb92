// Debian's libapache2-mod-auth-openidc as a relying party of our provider.
import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { mount, type Middleware } from '@authlib/node'
import { developmentPages, formPostMode, staticClients, type AuthorizationServer } from '@authlib/oauth2/server'
import { hybridResponseType, openIdProvider } from '@authlib/oidc/server'
import { startNodeServer, type TestServer } from '@authlib/testing'
import { afterEach, expect, it, vi } from 'vitest'
import { freePort, startApache, type Apache } from '../support/apache.ts'
import { FormBrowser } from '../support/form-browser.ts'
import { apacheOpenid, describeWith } from '../support/needs.ts'
import { tlsFetch } from '../support/tls.ts'

const SECRET = 'an example secret for a client of tests'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describeWith(apacheOpenid, 'mod_auth_openidc', () => {
  let apache: Apache
  let provider: TestServer
  const started: { stop(): Promise<void> }[] = []
  let server: AuthorizationServer
  let browser: FormBrowser
  let events: string[]

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.error(apache.log())
    await Promise.all(started.splice(0).map((one) => one.stop()))
  })

  /** The provider, Apache, and a browser that has not been anywhere. */
  async function start(lines: readonly string[] = []): Promise<void> {
    events = []
    let handle: Middleware = () => undefined // the issuer is the URL, known once the server listens
    provider = await startNodeServer((request, response) => handle(request, response))
    started.push(provider)
    const port = await freePort()
    const url = `https://127.0.0.1:${port}`
    server = openIdProvider({
      issuer: provider.url,
      store: memoryStore(),
      secrets: ['a secret of the tests, long enough to pass'],
      keys: staticKeys([await generateKey('RS256')]),
      onEvent: ({ type }) => events.push(type),
      outgoing: { fetch: tlsFetch(), allowPrivateAddresses: true },
      clients: staticClients([
        {
          client_id: 'apache',
          client_secret: SECRET,
          redirect_uris: [`${url}/private/callback`],
          post_logout_redirect_uris: [`${url}/`],
          backchannel_logout_uri: `${url}/private/callback?logout=backchannel`,
          backchannel_logout_session_required: true,
          grant_types: ['authorization_code', 'refresh_token', 'implicit'],
          response_types: ['code', 'code id_token'],
          scope: 'openid profile offline_access',
        },
      ]),
      claims: (subject) => ({ name: `Name of ${subject}` }),
      pages: developmentPages({ users: [{ username: 'alice' }] }),
    }).register(hybridResponseType, formPostMode)
    handle = mount(server)
    apache = await startApache(port, {
      ...{ issuer: provider.url, clientId: 'apache', clientSecret: SECRET },
      lines: ['OIDCPKCEMethod S256', 'OIDCScope "openid profile offline_access"', ...lines],
    })
    started.push(apache)
    const reach = tlsFetch()
    browser = new FormBrowser((input, init) => {
      const target = new URL(input instanceof Request ? input.url : input)
      const headers = new Headers(init?.headers)
      headers.set('accept', 'text/html') // others are told 401 in place of a redirect
      return target.protocol === 'https:' ? reach(target, { ...init, headers }) : fetch(target, init)
    })
  }

  async function logIn(): Promise<void> {
    await browser.open(`${apache.url}/private/`)
    await browser.submit({ username: 'alice', password: 'alice' })
    await browser.submit({ decision: 'approve' })
  }

  const info = async (): Promise<Readonly<Record<string, unknown>>> => {
    await browser.open(`${apache.url}/private/callback?info=json`)
    return JSON.parse(browser.text) as Record<string, unknown>
  }

  it('logs in with the code and PKCE, and asks userinfo (Core §3.1, §5.3)', async () => {
    await start()
    await logIn()
    expect([browser.url, browser.status, browser.text]).toEqual([`${apache.url}/private/`, 200, 'private'])
    const { userinfo, id_token } = await info()
    expect(userinfo).toEqual({ sub: 'alice', name: 'Name of alice' })
    expect(id_token).toMatchObject({
      iss: provider.url,
      sub: 'alice',
      aud: 'apache',
      sid: expect.any(String) as unknown,
    })
  })

  it('logs in with code id_token in a posted form (Core §3.3, Form Post §2)', async () => {
    await start(['OIDCResponseType "code id_token"', 'OIDCResponseMode form_post', 'OIDCCookieSameSite Off'])
    await logIn()
    await browser.submit() // what a script does in a browser
    expect([browser.url, browser.status, browser.text]).toEqual([`${apache.url}/private/`, 200, 'private'])
  })

  it('refreshes its tokens (RFC 6749 §6)', async () => {
    await start()
    await logIn()
    const before = await info()
    const query = new URLSearchParams({
      refresh: `${apache.url}/private/`,
      access_token: String(before['access_token']),
    })
    await browser.open(`${apache.url}/private/callback?${query.toString()}`)
    expect([browser.url, browser.status]).toEqual([`${apache.url}/private/`, 200])
    const after = await info()
    expect(after['access_token']).not.toBe(before['access_token'])
    expect(after['refresh_token']).not.toBe(before['refresh_token'])
    expect((await server.tokens.find(String(after['access_token'])))?.authorization.subject).toBe('alice')
  })

  it('logs out at the provider and comes back (RP-Initiated Logout §2)', async () => {
    await start()
    await logIn()
    await browser.open(`${apache.url}/private/callback?logout=${encodeURIComponent(`${apache.url}/`)}`)
    expect([browser.url, browser.text]).toEqual([`${apache.url}/`, 'public'])
    await browser.open(`${apache.url}/private/`)
    expect(browser.url).toMatch(`${provider.url}/login`)
  })

  it('ends its session when the provider says so (Back-Channel Logout §2.5)', async () => {
    await start()
    await logIn()
    await browser.open(`${provider.url}/end_session`)
    await browser.submit({ decision: 'log_out' })
    await expect.poll(() => events, { timeout: 10_000 }).toContain('delivery.done')
    await browser.open(`${apache.url}/private/`)
    expect(browser.url).toMatch(`${provider.url}/login`)
  })
})
