/** A server, a protected resource and clients in one process, for tests that drive whole journeys. */

import { fromRequest, memoryStore, toResponse, type HttpRequest, type HttpResponse, type Store } from '@authlib/core'
import { generateKeyPairSync } from 'node:crypto'
import { OAuth1Client, type OAuth1ClientOptions, type OAuth1Token } from '../src/client/index.ts'
import { signRequest, type PlacementOptions, type RequestToSign } from '../src/index.ts'
import {
  OAuth1Server,
  ResourceProtector,
  staticClients,
  type OAuth1Event,
  type OAuth1ServerOptions,
  type RegisteredClient,
  type ResourceProtectorOptions,
} from '../src/server/index.ts'

export const ORIGIN = 'https://api.example'
export const SECRETS: readonly string[] = ['a secret of the tests, long enough to pass']
export const CALLBACK = 'https://app.example/cb?keep=1'
export const START = 1_800_000_000

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const PRIVATE_KEY = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
export const PUBLIC_KEY = pair.publicKey.export({ format: 'pem', type: 'spki' }) as string

export const CLIENT: RegisteredClient = {
  clientId: 'web',
  clientSecret: 'client & ü',
  redirectUris: [CALLBACK],
  realms: ['photos', 'mail'],
}
const OTHER: RegisteredClient = { clientId: 'other', clientSecret: 'other', redirectUris: [CALLBACK] }
export const PIN: RegisteredClient = { clientId: 'pin', clientSecret: 'pin', redirectUris: ['oob'] }
export const RSA: RegisteredClient = { clientId: 'rsa', publicKey: PUBLIC_KEY, redirectUris: [CALLBACK] }
export const PLAIN: RegisteredClient = {
  clientId: 'plain',
  clientSecret: 'plain & ü',
  redirectUris: [CALLBACK],
  signatureMethods: ['PLAINTEXT'],
}

/** Moves by hand. */
export interface TestClock {
  (): number
  advance(seconds: number): void
}

function manualClock(): TestClock {
  let now = START
  return Object.assign(() => now, { advance: (seconds: number) => void (now += seconds) })
}

export interface World {
  readonly server: OAuth1Server
  readonly protector: ResourceProtector
  readonly store: Store
  readonly clock: TestClock
  readonly events: OAuth1Event[]
  /** Everything at one origin: the server's endpoints, and a resource that tells who asks. */
  readonly fetch: typeof fetch
  client(options?: Partial<OAuth1ClientOptions>): OAuth1Client
}

export function world(
  options: Partial<OAuth1ServerOptions> = {},
  protectorOptions: Partial<ResourceProtectorOptions> = {},
): World {
  const store = options.store ?? memoryStore()
  const clock = manualClock()
  const events: OAuth1Event[] = []
  const shared = {
    origin: ORIGIN,
    store,
    secrets: SECRETS,
    clients: staticClients([CLIENT, OTHER, PIN, RSA, PLAIN]),
    clock,
    onEvent: (event: OAuth1Event) => void events.push(event),
  }
  const server = new OAuth1Server({ ...shared, ...options })
  const protector = new ResourceProtector({ ...shared, ...options, ...protectorOptions })
  const handle = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/oauth1/')) return server.fetch(request)
    return toResponse(await whoAmI(protector, fromRequest(request, { keepBody: true })))
  }
  const fetchAll = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    handle(new Request(input, init))
  return {
    server,
    protector,
    store,
    clock,
    events,
    fetch: fetchAll,
    client: (more = {}) =>
      new OAuth1Client({
        clientId: 'web',
        clientSecret: 'client & ü',
        requestTokenUrl: `${ORIGIN}/oauth1/initiate`,
        authorizationUrl: `${ORIGIN}/oauth1/authorize`,
        accessTokenUrl: `${ORIGIN}/oauth1/token`,
        apiBaseUrl: ORIGIN,
        fetch: fetchAll,
        clock,
        ...more,
      }),
  }
}

async function whoAmI(protector: ResourceProtector, http: HttpRequest): Promise<HttpResponse> {
  try {
    const { clientId, subject, realms } = await protector.protect(http)
    return { status: 200, headers: [], body: JSON.stringify({ clientId, subject, realms, body: await http.text() }) }
  } catch (error) {
    return protector.respond(error)
  }
}

/** What the application does at its own authorization endpoint. */
export async function decide(
  server: OAuth1Server,
  url: string,
  decision: { subject: string; realms?: readonly string[] } | { denied: true } = { subject: 'ann' },
): Promise<HttpResponse> {
  const request = await server.validateAuthorizationRequest(getRequest(url))
  return server.createAuthorizationResponse(request, decision)
}

export function locationOf({ headers }: HttpResponse): string {
  return headers.find(([name]) => name === 'location')?.[1] ?? ''
}

export function getRequest(url: string, headers: Readonly<Record<string, string>> = {}): HttpRequest {
  return { method: 'GET', url, headers: new Headers(headers), text: async () => '' }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Of a form-encoded answer. */
  readonly form: Readonly<Record<string, string>>
}

/** A request signed by hand, with whatever is wrong in it. */
export async function post(
  { fetch, clock }: Pick<World, 'fetch' | 'clock'>,
  path: string,
  {
    request,
    headers,
    ...options
  }: Partial<PlacementOptions> & { request?: Partial<RequestToSign>; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { method = 'POST', form } = request ?? {}
  const {
    url,
    authorization,
    form: body,
  } = await signRequest(
    { method, url: ORIGIN + path, form, ...request },
    { clientId: 'web', clientSecret: 'client & ü', clock, ...options },
  )
  const response = await fetch(url, {
    method,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  const { status, headers: answered } = response
  return { status, headers: answered, text, form: Object.fromEntries(new URLSearchParams(text)) }
}

/** A request with this `Authorization` header, or none. */
export async function send({ fetch }: Pick<World, 'fetch'>, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(ORIGIN + path, { method: 'POST', ...init })
  const text = await response.text()
  const { status, headers } = response
  return { status, headers, text, form: Object.fromEntries(new URLSearchParams(text)) }
}

/** A token of the usual client, through all three steps. */
export async function obtainToken(
  one: World,
  decision: { subject: string; realms?: readonly string[] } = { subject: 'ann' },
  options: Partial<OAuth1ClientOptions> = {},
): Promise<{ client: OAuth1Client; token: OAuth1Token; signing: Pick<PlacementOptions, 'token'> }> {
  const client = one.client(options)
  const { url, login } = await client.createAuthorization({ redirectUri: CALLBACK })
  const { token } = await client.finishAuthorization(locationOf(await decide(one.server, url, decision)), login)
  return { client, token, signing: { token: { token: token.accessToken, tokenSecret: token.tokenSecret } } }
}
