import { createHash } from 'node:crypto'
import type { AuthorizationOptions } from '@authlib/oauth2/client'
import { describe, expect, it } from 'vitest'
import * as providers from './index.ts'
import type { OAuth2Provider, OAuth2ProviderOptions, ProviderPreset } from './index.ts'
import { fixtures, type Exchange, type Fixture } from '../test/fixture.ts'
import { logIn, now, redirectUri, type Play, type Route } from '../test/internet.ts'

const clientId = 'the-client'
const clientSecret = 'the-secret'

const exports = providers as unknown as Readonly<Record<string, unknown>>
const factoryOf = (name: string): ((options: OAuth2ProviderOptions) => OAuth2Provider) =>
  exports[name] as (options: OAuth2ProviderOptions) => OAuth2Provider // the test of presets says so
const presets = Object.values(exports).filter((value): value is ProviderPreset => typeof value === 'object')

describe('presets of OAuth 2', () => {
  it('each have a fixture', () => {
    const names = presets.filter(({ protocol }) => protocol === 'oauth2').map(({ name }) => name)
    const signed = ['shopify'] // its callback is signed: it has a test of its own
    expect([...fixtures.keys(), ...signed].sort()).toEqual(names.sort())
  })

  describe.each([...fixtures])('%s', (name, fixture) => {
    const provider = (options: object = {}): OAuth2Provider =>
      factoryOf(name)({ clientId, clientSecret, ...fixture.options, ...options })

    it('logs in', async () => {
      const play = playOf(fixture)
      const { authorization, result, requests } = await logIn(provider(), play)
      expect(authorization.origin + authorization.pathname).toBe(fixture.authorization.url)
      expect(authorization.hash).toBe(fixture.fragment ?? '')
      expect(Object.fromEntries(authorization.searchParams)).toEqual({
        response_type: 'code',
        redirect_uri: redirectUri,
        state: expect.any(String),
        [fixture.names?.['client_id'] ?? 'client_id']: clientId,
        ...fixture.authorization.params,
        ...(fixture.authorization.pkce !== 'none' && {
          code_challenge: expect.any(String),
          code_challenge_method: fixture.authorization.pkce,
        }),
      })
      expect(result.profile).toEqual(fixture.profile)
      const { scope, lifetime, extra } = fixture.expected ?? {}
      if (scope !== undefined) expect(result.token.scope).toEqual(scope)
      if (lifetime === null) expect(result.token.expiresAt).toBeUndefined()
      else if (lifetime !== undefined) expect(result.token.expiresAt).toBe(now + lifetime)
      if (extra !== undefined) expect(result.token.extra).toEqual(extra)
      expect(requests).toHaveLength(1 + fixture.api.length)
    })

    const { refused, offline, refresh } = fixture
    if (refused !== undefined)
      it('says why a code is refused', async () => {
        const answer = (): Response => Response.json(refused.response, { status: refused.status })
        const login = logIn(provider(), { ...playOf(fixture), routes: { [tokenRoute(fixture)]: answer } })
        await expect(login).rejects.toMatchObject({ code: refused.code, reason: refused.reason })
      })

    if (offline !== undefined)
      it('asks for a refresh token', async () => {
        const { authorization } = await logIn(provider({ offline: true }), playOf(fixture))
        expect(Object.fromEntries(authorization.searchParams)).toMatchObject(offline)
      })

    if (refresh !== undefined)
      it('refreshes', async () => {
        const { url = fixture.token.url, auth = fixture.token.auth, params, response, extra } = refresh
        const refreshing = { ...fixture.token, url, auth, params: { ...fixture.token.params, ...params }, response }
        const again = tokenAnswer(
          { ...fixture, token: refreshing },
          { grant_type: 'refresh_token', refresh_token: 'rt-1' },
        )
        const { routes, ...play } = playOf(fixture)
        const key = tokenRoute({ ...fixture, token: refreshing })
        const first = routes[tokenRoute(fixture)]!
        const { client, result } = await logIn(provider(), {
          ...play,
          routes: {
            ...routes,
            [tokenRoute(fixture)]: first,
            [key]: (request, body) =>
              ((request.url + body).includes('grant_type=refresh_token') ? again : first)(request, body),
          },
        })
        const fresh = await client.refresh(result.token)
        expect(fresh.accessToken).toBe('at-2')
        expect(fresh.refreshToken).toBe(response['refresh_token'] ?? 'rt-1')
        if (extra !== undefined) expect(fresh.extra).toEqual(extra)
      })
  })
})

function playOf(fixture: Fixture): Play<AuthorizationOptions> & { readonly routes: Record<string, Route> } {
  let challenge: string | null = null
  const code = { grant_type: 'authorization_code', code: 'the-code', redirect_uri: redirectUri }
  const routes: Record<string, Route> = { [tokenRoute(fixture)]: tokenAnswer(fixture, code, () => challenge) }
  for (const { method = 'GET', url } of fixture.api) {
    const { origin, pathname } = new URL(url)
    const there = fixture.api.filter((exchange) => exchange.url.startsWith(origin + pathname))
    routes[`${method} ${origin}${pathname}`] = (request, body) => {
      const exchange = there.find(({ url }) => url === request.url) ?? there[0]!
      checkApi(exchange, request, body, fixture)
      return Response.json(exchange.response)
    }
  }
  return {
    routes,
    callback: (url) => {
      challenge = url.searchParams.get('code_challenge')
      return { ...fixture.callback }
    },
  }
}

function tokenRoute({ token: { url, encoding } }: Fixture): string {
  return `${encoding === 'query' ? 'GET' : 'POST'} ${url}`
}

/** Strict about what the provider is strict about. */
function tokenAnswer(
  { token, authorization: { pkce } }: Fixture,
  grant: Readonly<Record<string, string>>,
  challenge: () => string | null = () => null,
): Route {
  return (request, body) => {
    const { encoding = 'form', names = {}, auth, headers = {} } = token
    const url = new URL(request.url)
    const given: Readonly<Record<string, unknown>> =
      encoding === 'json'
        ? (JSON.parse(body) as Record<string, unknown>)
        : Object.fromEntries(encoding === 'query' ? url.searchParams : new URLSearchParams(body))
    const credentials = {
      basic: {},
      none: { [names['client_id'] ?? 'client_id']: clientId },
      post: {
        [names['client_id'] ?? 'client_id']: clientId,
        [names['client_secret'] ?? 'client_secret']: clientSecret,
      },
    }
    const proves = pkce !== 'none' && grant['grant_type'] === 'authorization_code'
    expect(given).toEqual({
      ...grant,
      ...credentials[auth],
      ...token.params,
      ...(proves && { code_verifier: expect.any(String) }),
    })
    if (proves) {
      const verifier = String(given['code_verifier'])
      const hashed = createHash('sha256').update(verifier).digest('base64url')
      expect(challenge()).toBe(pkce === 'plain' ? verifier : hashed)
    }
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
    expect(request.headers.get('authorization')).toBe(auth === 'basic' ? basic : null)
    expect(request.headers.get('accept')).toBe('application/json')
    expect(Object.fromEntries(request.headers)).toMatchObject(headers)
    return Response.json(withTimes(token.response))
  }
}

/** `@+3600` stands for a time after now, as ISO or as NumericDate. */
function withTimes(response: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const later = Object.entries(response).map(([name, value]) => {
    if (typeof value !== 'string' || !value.startsWith('@+')) return [name, value]
    const time = now + Number(value.slice(2))
    return [name, 'athlete' in response ? time : new Date(time * 1000).toISOString()]
  })
  return Object.fromEntries(later) as Record<string, unknown>
}

function checkApi(
  { url, headers = {}, bearer, body, json }: Exchange,
  request: Request,
  sent: string,
  { token }: Fixture,
): void {
  expect(request.url).toBe(url)
  const text = JSON.stringify(token.response)
  const accessToken = /"access_token":"([^"]+)"/.exec(text)?.[1] ?? ''
  const authorization = bearer === null ? null : `Bearer ${accessToken}`
  expect(request.headers.get('authorization')).toBe(headers['authorization'] ?? authorization)
  expect(Object.fromEntries(request.headers)).toMatchObject(headers)
  if (json !== undefined) {
    expect(request.headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(sent)).toEqual(json)
  } else {
    expect(sent).toBe(body ?? '')
    const type = body === undefined || body === '' ? null : 'application/x-www-form-urlencoded'
    expect(request.headers.get('content-type')).toBe(type)
  }
}
