import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  bareServer,
  Browser,
  ISSUER,
  post,
  REDIRECT_URI,
  refresh,
  WEB,
  type Answer,
} from '../../../test/journey.ts'
import type { ClientMetadata } from '../contract/client.ts'
import type { RateLimit } from '../contract/rate-limit.ts'
import { refreshTokenGrant } from '../features/refresh-token.ts'
import { developmentPages } from '../interaction/development.ts'
import { staticClients } from '../records/clients.ts'
import { insecureImplicitResponseType, insecurePasswordGrant } from './index.ts'

const OLD = { ...WEB, grant_types: ['implicit', 'password', 'refresh_token'], response_types: ['token'] }
const NEW = { ...WEB, client_id: 'new' }

function start(rateLimit?: RateLimit) {
  const made = bareServer({ rateLimit, clients: staticClients([OLD, NEW]), scopes: ['read', 'write', 'admin'] })
  const findSubject = ({ username, password }: { username: string; password: string }): string | null =>
    username === 'alice' && password === 'wonderland' ? 'alice' : null
  made.server
    .register(insecureImplicitResponseType, refreshTokenGrant(), insecurePasswordGrant({ findSubject }))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  return { ...made, browser: new Browser(made.server) }
}

describe('the implicit grant (RFC 6749 §4.2)', () => {
  async function finish({ browser }: ReturnType<typeof start>, decision = 'approve'): Promise<URL> {
    let response = await browser.open(authorizeUrl({ response_type: 'token', code_challenge: undefined }))
    for (const form of [{ username: 'alice', password: 'alice' }, { decision }]) {
      const location = response.headers.get('location') ?? ''
      const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
      response = await browser.open(location, { ...form, interaction })
    }
    return new URL(response.headers.get('location') ?? '')
  }

  it('puts an access token into the fragment, and no refresh token (§4.2.2)', async () => {
    const made = start()
    const url = await finish(made)
    expect([url.origin + url.pathname, url.search]).toEqual([REDIRECT_URI, ''])
    const params = new URLSearchParams(url.hash.slice(1))
    expect(Object.fromEntries(params)).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'Bearer',
      expires_in: '3600',
      scope: 'read write',
      state: 'xyz',
      iss: ISSUER,
    })
    expect((await made.server.tokens.find(params.get('access_token') ?? ''))?.authorization.subject).toBe('alice')
  })

  it('puts errors there too (§4.2.2.1)', async () => {
    const denied = new URLSearchParams((await finish(start(), 'deny')).hash.slice(1))
    expect([denied.get('error'), denied.get('state')]).toEqual(['access_denied', 'xyz'])
    const { browser } = start()
    const other = authorizeUrl({ response_type: 'token', client_id: 'new', code_challenge: undefined })
    const location = new URL((await browser.open(other)).headers.get('location') ?? '')
    expect(new URLSearchParams(location.hash.slice(1)).get('error')).toBe('unauthorized_client')
    const inQuery = authorizeUrl({ response_type: 'token', response_mode: 'query', code_challenge: undefined })
    const refused = new URL((await browser.open(inQuery)).headers.get('location') ?? '')
    expect(new URLSearchParams(refused.hash.slice(1)).get('error')).toBe('invalid_request')
  })

  it('is published', () => {
    expect(start().server.metadata()).toMatchObject({
      response_types_supported: ['token'],
      grant_types_supported: expect.arrayContaining(['implicit', 'password']) as string[],
    })
  })
})

describe('the password grant (RFC 6749 §4.3)', () => {
  const CREDENTIALS = { username: 'alice', password: 'wonderland' }
  const ask = (
    { server }: ReturnType<typeof start>,
    form: Record<string, string>,
    client: ClientMetadata = OLD,
  ): Promise<Answer> => post(server, '/token', { grant_type: 'password', ...form }, client)
  const errorOf = ({ status, json }: Answer): unknown[] => [status, json['error']]

  it('gives tokens of the subject that the hook names', async () => {
    const made = start()
    const { status, json } = await ask(made, { ...CREDENTIALS, scope: 'read' })
    expect([status, json['scope']]).toEqual([200, 'read'])
    expect((await refresh(made.server, json['refresh_token'], OLD)).status).toBe(200)
    expect(await made.server.authorizations.revoke({ subject: 'alice' })).toBe(1)
  })

  it.each<[string, Record<string, string>, ClientMetadata, number, string]>([
    ['no username', { password: 'x' }, OLD, 400, 'invalid_request'],
    ['no password', { username: 'alice' }, OLD, 400, 'invalid_request'],
    ['a wrong password', { username: 'alice', password: 'x' }, OLD, 400, 'invalid_grant'],
    ['an unknown person', { username: 'bob', password: 'wonderland' }, OLD, 400, 'invalid_grant'],
    ['scope that nobody knows', { ...CREDENTIALS, scope: 'fly' }, OLD, 400, 'invalid_scope'],
    ['scope that the client may not have', { ...CREDENTIALS, scope: 'admin' }, OLD, 400, 'invalid_scope'],
    ['a client without the grant', CREDENTIALS, NEW, 400, 'unauthorized_client'],
  ])('refuses %s (§4.3.2, §5.2)', async (_case, form, client, status, error) => {
    expect(errorOf(await ask(start(), form, client))).toEqual([status, error])
  })

  it('tells the rate limiter of wrong passwords (§4.3.2)', async () => {
    let failures = 0
    const made = start({
      check: ({ kind }) => (kind === 'grant' && failures > 1 ? 30 : 0),
      failed: () => {
        failures++
      },
    })
    for (let guess = 0; guess < 2; guess++) await ask(made, { username: 'alice', password: String(guess) })
    expect((await ask(made, CREDENTIALS)).status).toBe(429)
  })
})
