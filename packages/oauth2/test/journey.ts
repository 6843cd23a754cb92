/** A server on a memory store and a browser with a cookie jar, for tests that drive whole journeys in one process. */

import { memoryStore, type Store } from '@authlib/core'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  clientCredentialsGrant,
  codeChallenge,
  developmentPages,
  introspectionEndpoint,
  refreshTokenGrant,
  revocationEndpoint,
  staticClients,
  type AuthEvent,
  type AuthorizationServerOptions,
  type ClientMetadata,
  type ConfiguredClient,
} from '../src/server/index.ts'

export const ISSUER = 'http://localhost:4000'
export const SECRET = 'a secret of the tests, long enough to pass'
export const REDIRECT_URI = 'https://app.example/cb'
/** RFC 7636 appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export const WEB: ClientMetadata = {
  client_id: 'web',
  client_secret: 'web-secret-web-secret-web-secret',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  scope: 'read write',
}

export const OTHER: ClientMetadata = { ...WEB, client_id: 'other', client_secret: 'other-secret-other-secret-other' }

export const PUBLIC: ClientMetadata = {
  client_id: 'public',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  scope: 'read write',
  token_endpoint_auth_method: 'none',
}

export const API: ConfiguredClient = {
  client_id: 'api',
  client_secret: 'api-secret-api-secret-api-secret',
  grant_types: [],
  trust: { resourceServer: true },
}

/** Moves by hand. */
export interface TestClock {
  (): number
  advance(seconds: number): void
}

export function manualClock(start: number = 1_800_000_000): TestClock {
  let now = start
  return Object.assign(() => now, { advance: (seconds: number) => void (now += seconds) })
}

/** Nothing registered: {@link fullServer} has the lot. */
export function bareServer(options: Partial<AuthorizationServerOptions> = {}): {
  server: AuthorizationServer
  store: Store
  events: AuthEvent[]
} {
  const events: AuthEvent[] = []
  const store = options.store ?? memoryStore()
  const server = new AuthorizationServer({
    issuer: ISSUER,
    store,
    secrets: [SECRET],
    clients: staticClients([WEB, OTHER, PUBLIC, API]),
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { server, store, events }
}

export function fullServer(
  options: Partial<AuthorizationServerOptions> = {},
  { pages = true }: { readonly pages?: boolean } = {},
): ReturnType<typeof bareServer> {
  const made = bareServer(options)
  made.server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .registerGrant(clientCredentialsGrant())
    .registerEndpoint(revocationEndpoint())
    .registerEndpoint(introspectionEndpoint())
  if (pages) made.server.register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }] }))
  return made
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: Record<string, unknown>
}

export function basic({ client_id: id, client_secret: secret = '' }: ClientMetadata): string {
  return `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`
}

/** Posts a form, as the client when one is given. */
export async function post(
  server: AuthorizationServer,
  path: string,
  form: Record<string, string> | string,
  client?: ClientMetadata,
): Promise<Answer> {
  const confidential = client?.client_secret !== undefined
  const body = new URLSearchParams(form)
  if (client && !confidential) body.set('client_id', client.client_id)
  const response = await server.fetch(
    new Request(ISSUER + path, { method: 'POST', body, headers: confidential ? { authorization: basic(client) } : {} }),
  )
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  }
}

export function authorizeUrl(params: Record<string, string | undefined> = {}): string {
  const url = new URL('/authorize', ISSUER)
  const all: Record<string, string | undefined> = {
    client_id: 'web',
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'read write',
    state: 'xyz',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...params,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** Keeps cookies, follows nothing by itself. */
export class Browser {
  readonly #server: AuthorizationServer
  readonly cookies: Map<string, string> = new Map<string, string>()

  constructor(server: AuthorizationServer) {
    this.#server = server
  }

  async open(url: string, form?: Record<string, string>): Promise<Response> {
    const headers: Record<string, string> = {
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    }
    const body = form && new URLSearchParams(form)
    const request = new Request(new URL(url, ISSUER), {
      method: body ? 'POST' : 'GET',
      headers,
      ...(body ? { body } : {}),
    })
    const response = await this.#server.fetch(request)
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/max-age=0/i.test(cookie)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return response
  }

  /** From an authorization request through the development pages to the parameters of the response. */
  async authorize(
    params: Record<string, string | undefined> = {},
    { user = 'alice', decision = 'approve' }: { user?: string; decision?: string } = {},
  ): Promise<URLSearchParams> {
    let response = await this.open(authorizeUrl(params))
    for (let step = 0; step < 4; step++) {
      const location = response.headers.get('location') ?? ''
      if (response.status !== 303) throw new Error(`${response.status}: ${await response.text()}`)
      if (location.startsWith(REDIRECT_URI)) return new URL(location).searchParams
      const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
      const form = location.startsWith('/login') ? { username: user, password: user } : { decision }
      response = await this.open(location, { ...form, interaction })
    }
    throw new Error('the journey does not end')
  }
}

/** A code, ready to be redeemed with {@link VERIFIER}. */
export async function obtainCode(
  server: AuthorizationServer,
  params: Record<string, string | undefined> = {},
): Promise<string> {
  const answer = await new Browser(server).authorize(params)
  const code = answer.get('code')
  if (code === null) throw new Error(`no code: ${answer.toString()}`)
  return code
}

/** The redemption of a code; a field that is undefined is left out. */
export function redeem(
  server: AuthorizationServer,
  code: string,
  {
    client = WEB,
    ...changes
  }: { client?: ClientMetadata; code_verifier?: string | undefined; redirect_uri?: string | undefined } = {},
): Promise<Answer> {
  const fields = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    ...changes,
  }
  const sent = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  return post(server, '/token', Object.fromEntries(sent), client)
}

export function refresh(
  server: AuthorizationServer,
  token: unknown,
  client: ClientMetadata = WEB,
  form: Record<string, string> = {},
): Promise<Answer> {
  return post(server, '/token', { grant_type: 'refresh_token', refresh_token: String(token), ...form }, client)
}
