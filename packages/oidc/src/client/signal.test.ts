import { memoryTokens, Params } from '@authlib/core'
import {
  apiSession,
  backchannelAuthentication,
  deviceAuthorization,
  discoverResource,
  exchangeToken,
  introspectToken,
  jwtBearer,
  registerClient,
  revokeToken,
  saml2Bearer,
  type Token,
} from '@authlib/oauth2/client'
import { fakeProvider, testClock, type LocalFakeProvider } from '@authlib/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { discoverIssuer, fetchUserinfo, logoutUrl, OpenIDClient, type OpenIDClientOptions } from './index.ts'

const redirectUri = 'https://app.example/callback'
const reason = new Error('the person left')

let clock: ReturnType<typeof testClock>
let provider: LocalFakeProvider
/** Paths that never answer, and the signals of the requests that wait there. */
let silent: Map<string, AbortSignal[]>
beforeEach(() => {
  clock = testClock()
  provider = fakeProvider({ clock })
  silent = new Map()
  const more = ['device_authorization', 'backchannel_authentication', 'registration', 'pushed_authorization_request']
  const endpoints = Object.fromEntries(more.map((name) => [`${name}_endpoint`, `${provider.issuer}/${name}`]))
  provider.answer('/.well-known/openid-configuration', () => Response.json({ ...provider.metadata, ...endpoints }))
})

const fetch: typeof globalThis.fetch = (input, init) => {
  const request = new Request(input, init)
  const waiting = silent.get(new URL(request.url).pathname)
  if (waiting === undefined) return provider.fetch(request)
  return new Promise((_, reject) => {
    waiting.push(request.signal)
    request.signal.addEventListener('abort', () => reject(request.signal.reason as Error))
  })
}

function createClient(options: Partial<OpenIDClientOptions> = {}): OpenIDClient {
  const { issuer, clientId, clientSecret } = provider
  return new OpenIDClient({ issuer, clientId, clientSecret, clock, fetch, apiBaseUrl: issuer, ...options })
}

async function logIn(client: OpenIDClient): Promise<Token> {
  const { url, login } = await client.createAuthorization({ redirectUri })
  return (await client.finishAuthorization(provider.approve(url), login)).token
}

/** Ends the call when it waits for that path. */
async function abortAt(path: string, call: (signal: AbortSignal) => Promise<unknown>): Promise<AbortSignal[]> {
  const waiting: AbortSignal[] = []
  silent.set(path, waiting)
  const controller = new AbortController()
  const ended = expect(call(controller.signal)).rejects.toBe(reason)
  await expect.poll(() => waiting.length).toBeGreaterThan(0)
  controller.abort(reason)
  await ended
  silent.delete(path)
  return waiting
}

const first = async (steps: AsyncGenerator): Promise<unknown> => (await steps.next()).value

describe('an aborted call ends with the reason of the caller, and so does its request', () => {
  const calls: [
    name: string,
    path: string,
    call: (client: OpenIDClient, token: Token, signal: AbortSignal) => Promise<unknown>,
  ][] = [
    ['refresh', '/token', (client, token, signal) => client.refresh(token, { signal })],
    ['clientCredentials', '/token', (client, _, signal) => client.clientCredentials({ signal })],
    ['exchange', '/token', (client, _, signal) => client.exchange('urn:x', { signal })],
    ['exchangeToken', '/token', (client, _, signal) => exchangeToken(client, { subjectToken: 't', signal })],
    ['jwtBearer', '/token', (client, _, signal) => jwtBearer(client, { assertion: 'a', signal })],
    ['saml2Bearer', '/token', (client, _, signal) => saml2Bearer(client, { assertion: '<a/>', signal })],
    [
      'introspectToken',
      '/introspect',
      (client, token, signal) => introspectToken(client, token, 'access_token', { signal }),
    ],
    ['revokeToken', '/revoke', (client, token, signal) => revokeToken(client, token, undefined, { signal })],
    ['fetchUserinfo', '/userinfo', (client, token, signal) => fetchUserinfo(client, token, 'alice', { signal })],
    ['session.fetch', '/api', (client, token, signal) => apiSession(client, { token }).fetch('/api', { signal })],
    [
      'deviceAuthorization',
      '/device_authorization',
      (client, _, signal) => first(deviceAuthorization(client, { signal })),
    ],
    [
      'backchannelAuthentication',
      '/backchannel_authentication',
      (client, _, signal) => first(backchannelAuthentication(client, { loginHint: 'alice', signal })),
    ],
  ]

  it.each(calls)('%s at %s', async (_, path, call) => {
    const client = createClient()
    const token = await logIn(client)
    const [request] = await abortAt(path, (signal) => call(client, token, signal))
    expect(request?.aborted).toBe(true)
  })

  it.each(calls)('%s, before anything is sent when it was aborted already', async (_, path, call) => {
    const client = createClient()
    const token = await logIn(client)
    silent.set(path, [])
    await expect(call(client, token, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it('createAuthorization, at a pushed request', async () => {
    const metadata = { require_pushed_authorization_requests: true }
    const client = createClient({ metadata })
    const [request] = await abortAt('/pushed_authorization_request', (signal) =>
      client.createAuthorization({ redirectUri, signal }),
    )
    expect(request?.aborted).toBe(true)
  })

  it.each(['/token', '/userinfo'])('finishAuthorization, at %s', async (path) => {
    const client = createClient({ userinfo: fetchUserinfo })
    const { url, login } = await client.createAuthorization({ redirectUri })
    const [request] = await abortAt(path, (signal) =>
      client.finishAuthorization(provider.approve(url), login, { signal }),
    )
    expect(request?.aborted).toBe(true)
  })

  it('registration and discovery by themselves', async () => {
    const endpoint = `${provider.issuer}/registration`
    const open = { fetch, addresses: 'any' } as const
    const place = '/.well-known/oauth-protected-resource'
    await abortAt('/registration', (signal) => registerClient({}, { endpoint, fetch, signal }))
    await abortAt(place, (signal) => discoverResource(provider.issuer, { fetch, signal }))
    await abortAt('/.well-known/webfinger', (signal) => discoverIssuer('alice@provider.example', { ...open, signal }))
  })
})

describe('what several callers share', () => {
  const DISCOVERY = '/.well-known/openid-configuration'

  it('goes on when one of them is aborted: discovery', async () => {
    const { metadata } = provider
    let answer = (_: Response): void => undefined
    let asked = 0
    const slow: typeof globalThis.fetch = (input, init) => {
      const { pathname } = new URL(new Request(input, init).url)
      if (pathname !== DISCOVERY) return fetch(input, init)
      asked++
      return new Promise((resolve) => (answer = resolve))
    }
    const client = createClient({ fetch: slow })
    const controller = new AbortController()
    const ended = Promise.all([
      expect(client.createAuthorization({ redirectUri, signal: controller.signal })).rejects.toBe(reason),
      expect(logoutUrl(client, { signal: controller.signal })).rejects.toBe(reason),
    ])
    const other = client.createAuthorization({ redirectUri })
    controller.abort(reason)
    await ended
    answer(Response.json(metadata))
    expect((await other).url).toContain(`${metadata.authorization_endpoint}?`)
    expect(asked).toBe(1)
  })

  it('goes on when one of them is aborted: the refresh of an account, whose token is kept', async () => {
    const tokens = memoryTokens()
    let release = (): void => undefined
    const client = createClient({ tokens })
    await apiSession(client, 'alice').save(await logIn(client))
    clock.advance(4000)
    const held = new Promise<void>((resolve) => (release = resolve))
    provider.answer('/token', async (_, usual) => {
      await held
      return usual()
    })
    const session = apiSession(client, 'alice')
    const controller = new AbortController()
    const { signal } = controller
    const ended = Promise.all([
      expect(session.token({ signal })).rejects.toBe(reason),
      expect(session.fetch('/api', { signal })).rejects.toBe(reason),
      expect(session.fetch(new Request(`${provider.issuer}/api`, { signal }))).rejects.toBe(reason),
    ])
    const other = session.fetch('/api')
    await expect.poll(() => provider.requests.filter((request) => request === 'POST /token').length).toBe(2)
    controller.abort(reason)
    await ended
    release()
    expect((await other).status).toBe(200)
    expect(provider.requests.filter((request) => request === 'POST /token')).toHaveLength(2) // the login, and one refresh
    expect((await session.fetch('/api')).status).toBe(200)
  })

  it('has no listeners on the signal after the call', async () => {
    const client = createClient()
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    await client.createAuthorization({ redirectUri, signal })
    await logoutUrl(client, { signal })
    expect(listeners).toBe(0)
  })

  it('refuses no callback for a signal that is not aborted', async () => {
    const client = createClient()
    const { signal } = new AbortController()
    const { url, login } = await client.createAuthorization({ redirectUri, signal })
    const { searchParams } = new URL(provider.approve(url))
    const callback = Params.of(Object.fromEntries(searchParams))
    expect((await client.finishAuthorization(callback, login, { signal })).claims.sub).toBe('alice')
  })
})
