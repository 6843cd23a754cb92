/** Logins without a code against a real provider, by the registry of an application behind https. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OAuth } from '@authlib/core'
import { fetchAdapter } from '@authlib/fetch'
import { generateKey } from '@authlib/jose'
import {
  fetchUserinfo,
  IdTokenClient,
  idTokenLogin,
  insecureFrontChannelTokens,
  OpenIDClient,
} from '@authlib/oidc/client'
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FormBrowser } from '../support/form-browser.ts'

const APP = 'https://app.example'
const TYPES = ['id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token']
const redirectUri = `${APP}/callback`

let server: Server
let issuer: string
beforeAll(async () => {
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'app',
        redirect_uris: [redirectUri],
        grant_types: ['implicit', 'authorization_code'],
        response_types: TYPES,
        token_endpoint_auth_method: 'none',
      },
    ],
    jwks: { keys: [(await generateKey('RS256')).privateJwk()] },
    cookies: { keys: ['a key for the cookies of the provider'] },
    claims: { email: ['email'] },
    responseTypes: TYPES,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com` }) }),
  })
  server.on('request', provider.callback())
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** A browser that reaches the provider over the network, and the application by a function. */
function browserOf(application: (request: Request) => Promise<Response> | Response): FormBrowser {
  return new FormBrowser(async (input, init) => {
    const request = new Request(input, init)
    return request.url.startsWith(APP) ? application(request) : fetch(request)
  })
}

async function logIn(browser: FormBrowser, url: string): Promise<void> {
  await browser.open(url)
  await browser.submit({ login: 'alice', password: 'any' })
  await browser.submit()
  await browser.submit() // the page that posts itself
}

/** The URL of a login by the query, with what the provider posts. */
async function callbackOf(url: string): Promise<string> {
  let posted = ''
  const browser = browserOf(async (request) => {
    posted = await request.text()
    return new Response('back')
  })
  await logIn(browser, url)
  return `${redirectUri}?${posted}`
}

describe('with oidc-provider', () => {
  it('logs a person in by `id_token` and form_post, through the registry', async () => {
    const oauth = new OAuth({
      adapter: fetchAdapter,
      secrets: ['a secret of the application, 32 characters'],
    }).register('provider', idTokenLogin({ issuer, clientId: 'app', scope: ['email'] }))
    const browser = browserOf(async (request) => {
      if (new URL(request.url).pathname === '/login') return oauth.provider.authorizeRedirect(request, { redirectUri })
      const { claims, data } = await oauth.provider.authorizeAccessToken(request)
      return Response.json({ claims, data })
    })
    await logIn(browser, `${APP}/login`)
    expect(JSON.parse(browser.text)).toMatchObject({ claims: { iss: issuer, sub: 'alice', aud: 'app' }, data: {} })
  })

  it('logs a person in by `id_token token`, and asks userinfo with the token', async () => {
    const extensions = [insecureFrontChannelTokens()]
    const client = new IdTokenClient({ issuer, clientId: 'app', scope: ['email'], extensions })
    const { url, login } = await client.createAuthorization({ redirectUri })
    const { token, claims } = await client.finishAuthorization(await callbackOf(url), login)
    expect(claims.at_hash).toBeDefined()
    expect(await fetchUserinfo(client, token!)).toEqual({ sub: 'alice', email: 'alice@example.com' })
  })

  it.each([
    ['code id_token', 'code id_token', []],
    ['code token', 'code', [insecureFrontChannelTokens()]],
    ['code id_token token', 'code id_token', [insecureFrontChannelTokens()]],
  ] as const)('logs a person in by `%s`', async (asked, responseType, extensions) => {
    const client = new OpenIDClient({ issuer, clientId: 'app', responseType, extensions })
    const { url, login } = await client.createAuthorization({ redirectUri })
    expect(new URL(url).searchParams.get('response_type')).toBe(asked)
    const { claims } = await client.finishAuthorization(await callbackOf(url), login)
    expect(claims.sub).toBe('alice')
  })
})
