/** A person logs in: provider, application and API as a worker would run them, on Hono, without a network. */

import { apiSession } from '@authlib/oauth2/client'
import { AuthlibError, memoryStore, OAuth, storeTokens } from '@authlib/core'
import { currentToken, honoAdapter, mount, protect } from '@authlib/hono'
import { storedKeys } from '@authlib/jose'
import { introspection, protectedResourceMetadata, ResourceProtector } from '@authlib/oauth2/resource'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  developmentPages,
  introspectionEndpoint,
  refreshTokenGrant,
  staticClients,
} from '@authlib/oauth2/server'
import { oidc } from '@authlib/oidc/client'
import { openId } from '@authlib/oidc/server'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'

const PROVIDER = 'http://localhost:4000'
const APPLICATION = 'http://localhost:4001'
const API = 'http://localhost:4002'
const SECRET = 'a secret that a provider or an application keeps to itself'
const application = { clientId: 'application', clientSecret: 'what the application and the provider share' }
const api = { clientId: 'api', clientSecret: 'what the API and the provider share' }

function start(): FormBrowser {
  const apps: Record<string, Hono> = {}
  const reach: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    return apps[new URL(request.url).origin]!.fetch(request)
  }
  apps[PROVIDER] = provider()
  apps[API] = notes(reach)
  apps[APPLICATION] = webApplication(reach)
  return new FormBrowser(reach)
}

function provider(): Hono {
  const store = memoryStore()
  const server = new AuthorizationServer({
    issuer: PROVIDER,
    store,
    secrets: [SECRET],
    keys: storedKeys({ store, secrets: [SECRET], algorithms: ['ES256'] }),
    clients: staticClients([
      {
        client_id: application.clientId,
        client_secret: application.clientSecret,
        redirect_uris: [`${APPLICATION}/callback`],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid profile offline_access notes:read',
      },
      { client_id: api.clientId, client_secret: api.clientSecret, grant_types: [], trust: { resourceServer: true } },
    ]),
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .registerEndpoint(introspectionEndpoint())
    .register(openId({ claims: (subject) => ({ name: `${subject} of the provider` }) }))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  return new Hono().use(mount(server))
}

function notes(reach: typeof fetch): Hono {
  const metadata = protectedResourceMetadata({ resource: API, authorizationServers: [PROVIDER] })
  const protector = new ResourceProtector({
    resource: API,
    resourceMetadata: metadata.url,
    validators: [introspection({ issuer: PROVIDER, ...api, allowMissingAudience: true, fetch: reach })],
  })
  return new Hono()
    .use(mount(metadata))
    .get('/notes', protect(protector, 'notes:read'), (c) => c.json({ owner: currentToken(c)?.subject }))
}

function webApplication(reach: typeof fetch): Hono {
  const tokens = storeTokens(memoryStore(), { secrets: [SECRET] })
  const oauth = new OAuth({ adapter: honoAdapter, secrets: [SECRET], tokens, fetch: reach }).register(
    'provider',
    oidc({ issuer: PROVIDER, ...application, scope: ['profile', 'offline_access', 'notes:read'], resources: [API] }),
  )
  return new Hono()
    .get('/login', (c) =>
      oauth.provider.authorizeRedirect(c, { redirectUri: `${APPLICATION}/callback`, data: { returnTo: '/notes' } }),
    )
    .get('/callback', async (c) => {
      const { claims, token, data } = await oauth.provider.authorizeAccessToken(c)
      const session = apiSession(oauth.provider, claims.sub)
      await session.save(token)
      const response = await session.fetch(`${API}/notes`)
      return c.json({ ...claims, ...data, notes: await response.json() })
    })
    .onError((error, c) => c.json({ error: error instanceof AuthlibError ? error.code : String(error) }, 400))
}

describe('a login on Hono', () => {
  it('ends with the person, whose token opens the API, and works once', async () => {
    const browser = start()
    await browser.open(`${APPLICATION}/login`)
    await browser.submit({ username: 'alice', password: 'alice' })
    await browser.submit({ decision: 'approve' })
    expect(JSON.parse(browser.text)).toMatchObject({
      iss: PROVIDER,
      sub: 'alice',
      returnTo: '/notes',
      notes: { owner: 'alice' },
    })
    await browser.open(browser.url)
    expect(JSON.parse(browser.text)).toEqual({ error: 'login_used' })
  })

  it('tells the application that the person said no (RFC 6749 §4.1.2.1)', async () => {
    const browser = start()
    await browser.open(`${APPLICATION}/login`)
    await browser.submit({ username: 'alice', password: 'alice' })
    await browser.submit({ decision: 'deny' })
    expect(JSON.parse(browser.text)).toEqual({ error: 'access_denied' })
  })

  it('is what the API demands, and it publishes where to go (RFC 9728 §3)', async () => {
    const browser = start()
    await browser.open(`${API}/notes`)
    expect(browser.status).toBe(401)
    await browser.open(`${API}/.well-known/oauth-protected-resource`)
    expect(JSON.parse(browser.text)).toMatchObject({ resource: API, authorization_servers: [PROVIDER] })
  })
})
