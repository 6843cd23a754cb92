/** Server and protector in an application of Web requests. Every adapter passes `oauth1Contract` of `@authlib/testing`. */

import { memoryStore } from '@authlib/core'
import { currentToken, mount, protect } from '@authlib/fetch'
import { describe, expect, it } from 'vitest'
import { CALLBACK, ORIGIN, SECRETS } from '../../test/journey.ts'
import { OAuth1Client } from '../client/index.ts'
import { bodyHash, hmacSha1, signRequest } from '../index.ts'
import { OAuth1Server, ResourceProtector, type OAuth1ResourceToken, type RegisteredClient } from './index.ts'

describe('in an application', () => {
  it('A1-21: mounts the endpoints on a table of clients and a store of the application', async () => {
    const { fetch, asked } = application()
    const { token } = await logIn(fetch)
    expect(token.accessToken).toMatch(/^oa_/)
    expect(new Set(asked)).toEqual(new Set(['web']))
    expect((await fetch(`${ORIGIN}/elsewhere`)).status).toBe(404)
  })

  it('A1-22: protects a route with and without a realm, and the handler finds who asks', async () => {
    const { fetch } = application()
    const { token } = await logIn(fetch)
    const call = (path: string): Promise<Response> => callWith(fetch, path, token)
    expect(await (await call('/any')).json()).toEqual({ subject: 'ann', clientId: 'web', realms: ['photos'] })
    expect((await call('/photos')).status).toBe(200)
    expect((await call('/mail')).status).toBe(403)
  })

  it('shows neither pages nor handlers the secret of the client', async () => {
    const { fetch } = application()
    const { token } = await logIn(fetch)
    expect(await (await callWith(fetch, '/everything', token)).text()).not.toContain(CLIENT.clientSecret)
  })

  it('A1-07: verifies the hash of a body that is no text', async () => {
    const { fetch } = application()
    const { token } = await logIn(fetch)
    const body = new Uint8Array([0, 255, 254, 128, 10])
    const params = { oauth_body_hash: await bodyHash(body, hmacSha1) }
    const upload = { method: 'PUT', params }
    expect((await callWith(fetch, '/any', token, { ...upload, body })).status).toBe(200)
    expect((await callWith(fetch, '/any', token, { ...upload, body: body.map((byte) => byte ^ 1) })).status).toBe(401)
  })

  it('A1-22: asks who is not signed in for a signature', async () => {
    const { fetch } = application()
    const response = await callWith(fetch, '/any', { accessToken: 'unknown', tokenSecret: 'unknown' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(`OAuth realm="${ORIGIN}"`)
  })
})

const CLIENT: RegisteredClient = {
  clientId: 'web',
  clientSecret: 'the secret of the client',
  redirectUris: [CALLBACK],
  realms: ['photos'],
  skipConsent: true,
}

interface Application {
  readonly fetch: typeof fetch
  /** The clients that the server has looked up. */
  readonly asked: readonly string[]
}

function application(): Application {
  const asked: string[] = []
  const options = {
    origin: ORIGIN,
    store: memoryStore(),
    secrets: SECRETS,
    clients: {
      find(clientId: string) {
        asked.push(clientId)
        return clientId === CLIENT.clientId ? CLIENT : null
      },
    },
  }
  const pages = { login: '/login', consent: '/consent', session: () => ({ subject: 'ann' }) }
  const mounted = mount(new OAuth1Server({ ...options, pages }))
  const protector = new ResourceProtector(options)
  const routes: Readonly<Record<string, (request: Request) => Promise<Response>>> = {
    '/any': protect(protector)(whoAsks),
    '/photos': protect(protector, 'photos')(whoAsks),
    '/mail': protect(protector, 'mail')(whoAsks),
    '/everything': protect(protector)((request) => Response.json(currentToken(request))),
  }
  return {
    asked,
    async fetch(input, init) {
      const request = new Request(input, init)
      const route = routes[new URL(request.url).pathname]
      return (await mounted(request)) ?? (await route?.(request)) ?? new Response(null, { status: 404 })
    },
  }
}

function whoAsks(request: Request): Response {
  const { subject, clientId, realms } = currentToken<OAuth1ResourceToken>(request) ?? {}
  return Response.json({ subject, clientId, realms })
}

interface CallOptions {
  readonly method?: string
  readonly body?: Uint8Array<ArrayBuffer>
  readonly params?: Readonly<Record<string, string>>
}

async function callWith(
  send: typeof fetch,
  path: string,
  { accessToken, tokenSecret }: { readonly accessToken: string; readonly tokenSecret: string },
  { method = 'GET', body, params }: CallOptions = {},
): Promise<Response> {
  const options = {
    clientId: 'web',
    clientSecret: CLIENT.clientSecret,
    token: { token: accessToken, tokenSecret },
    params,
  }
  const { url, authorization = '' } = await signRequest({ method, url: ORIGIN + path }, options)
  return send(url, { method, headers: { authorization }, ...(body !== undefined && { body }) })
}

function clientOf(send: typeof fetch): OAuth1Client {
  return new OAuth1Client({
    clientId: 'web',
    clientSecret: CLIENT.clientSecret,
    requestTokenUrl: `${ORIGIN}/oauth1/initiate`,
    authorizationUrl: `${ORIGIN}/oauth1/authorize`,
    accessTokenUrl: `${ORIGIN}/oauth1/token`,
    apiBaseUrl: ORIGIN,
    fetch: send,
  })
}

async function logIn(send: typeof fetch) {
  const client = clientOf(send)
  const { url, login } = await client.createAuthorization({ redirectUri: CALLBACK })
  const redirect = await send(url)
  return client.finishAuthorization(redirect.headers.get('location') ?? '', login)
}
