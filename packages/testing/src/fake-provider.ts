/**
 * A small OpenID provider and API for tests of clients: correct and strict unless told to misbehave. It shares no code
 * with the library, so that both cannot be wrong in the same way.
 */

import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { systemClock, type Awaitable, type Clock } from '@authlib/core'
import { fakeDpop } from './fake-dpop.ts'
import { faultyAnswer, type FakeFault } from './fake-faults.ts'
import { quirkyAnswer, type FakeQuirk } from './fake-quirks.ts'
import { startTestServer, type TestServer } from './test-server.ts'

export interface FakeProviderOptions {
  /** Default `client`. */
  readonly clientId?: string | undefined
  /** Default `secret`. */
  readonly clientSecret?: string | undefined
  /** Seconds that access tokens live. Default 3600. */
  readonly lifetime?: number | undefined
  /** Default: the clock of the machine. */
  readonly clock?: Clock | undefined
  /** The person who logs in. Default `alice`. */
  readonly subject?: string | undefined
  /** What ID Tokens and the userinfo endpoint say of the person. Default: a name and an e-mail address for userinfo. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** `/authorize` answers as if the person had agreed at once. Default false: it is not found. */
  readonly autoApprove?: boolean | undefined
  /** Binds every token to a DPoP key. `nonce`: and asks for a new nonce in each proof. Default false. */
  readonly dpop?: boolean | 'nonce' | undefined
  /** What it does otherwise than it should, as real providers do. */
  readonly quirks?: readonly FakeQuirk[] | undefined
}

export interface LocalFakeProviderOptions extends FakeProviderOptions {
  /** Default `https://provider.example`. */
  readonly issuer?: string | undefined
}

/** An ID Token before it is signed. */
export interface IdTokenDraft {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/** What the provider publishes. Wire names. */
export type FakeMetadata = {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly revocation_endpoint: string
  readonly introspection_endpoint: string
  readonly userinfo_endpoint: string
  readonly end_session_endpoint: string
  readonly jwks_uri: string
  readonly response_types_supported: readonly string[]
  readonly subject_types_supported: readonly string[]
  readonly id_token_signing_alg_values_supported: readonly string[]
  readonly token_endpoint_auth_methods_supported: readonly string[]
  readonly code_challenge_methods_supported: readonly string[]
  readonly authorization_response_iss_parameter_supported: boolean
}

/** A provider without a server: whoever has its `fetch` reaches it. */
export interface LocalFakeProvider {
  /** Answers requests to the issuer, without a network. For the `fetch` of a client or a registry. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** Also the origin of the API, whose `/api` wants an access token. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly metadata: FakeMetadata
  /** `METHOD /path` of each request so far. */
  readonly requests: string[]
  /** Plays the browser and a person who agrees: turns an authorization URL into the callback URL. */
  approve(authorizationUrl: string, changes?: Readonly<Record<string, string | undefined>>): string
  /** Answers `path` otherwise; `usual` makes the correct answer. Null: as usual again. */
  answer(path: string, handler: FakeAnswer | null): void
  /** How ID Tokens are made; replace it to make wrong ones. */
  makeIdToken: (draft: IdTokenDraft) => string
  /** ES256, with the provider's key unless another is given. */
  signJwt(draft: IdTokenDraft, key?: KeyObject): string
  /** Replaces the signing key; the key set then has the new one only. */
  rotateKey(): void
  /** Makes each access token that was issued so far invalid. */
  expireAccessTokens(): void
  /** Lets the next requests to `path` fail, `times` of them. Default 1. */
  fail(path: string, fault: FakeFault, times?: number): void
}

/** A provider that listens on a port of this machine until it is stopped. */
export interface FakeProvider extends LocalFakeProvider, TestServer {}

/** Answers a request in place of the provider. */
export type FakeAnswer = (request: Request, usual: () => Promise<Response>) => Awaitable<Response>

interface Family {
  readonly scope: string
  readonly claims: Readonly<Record<string, unknown>>
  head: string | null
  /** The key that its tokens are bound to. */
  readonly jkt: string | undefined
}

/**
 * On a free port of the loopback address. Refresh tokens rotate, and reuse of one ends its family at once, without a grace
 * period.
 *
 * @example
 * const provider = await startFakeProvider()
 * const client = new OpenIDClient({ issuer: provider.issuer, clientId: provider.clientId })
 */
export async function startFakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const server = await startTestServer((request) => provider.fetch(request)) // no one knows the port before the next line
  const provider = fakeProvider({ ...options, issuer: server.url })
  return Object.assign(provider, server)
}

/**
 * The same without a port: a whole login takes a few milliseconds.
 *
 * @example
 * const provider = fakeProvider()
 * const { issuer, clientId, clientSecret, fetch } = provider
 * const client = new OpenIDClient({ issuer, clientId, clientSecret, fetch })
 * const { url, login } = await client.createAuthorization({ redirectUri: 'https://app.example/callback' })
 * const { claims } = await client.finishAuthorization(provider.approve(url), login)
 */
export function fakeProvider({
  issuer = 'https://provider.example',
  clientId = 'client',
  clientSecret = 'secret',
  lifetime = 3600,
  clock = systemClock,
  subject = 'alice',
  claims: profile,
  autoApprove = false,
  dpop = false,
  quirks = [],
}: LocalFakeProviderOptions = {}): LocalFakeProvider {
  const codes = new Map<string, URLSearchParams>()
  const families = new Map<string, Family>()
  const accessTokens = new Map<string, Family>()
  const overrides = new Map<string, FakeAnswer>()
  const requests: string[] = []
  let key = newKey()

  const faults = new Map<string, FakeFault[]>()
  const proofs = dpop === false ? null : fakeDpop({ nonce: dpop === 'nonce', clock })

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    requests.push(`${request.method} ${pathname}`)
    const route = routes[pathname]
    const usual = async (): Promise<Response> =>
      route === undefined ? new Response(null, { status: 404 }) : route(request)
    const override = overrides.get(pathname)
    const fault = faults.get(pathname)?.shift()
    return faultyAnswer(fault, async () => (override === undefined ? usual() : override(request, usual)))
  }

  const metadata: FakeMetadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    userinfo_endpoint: `${issuer}/userinfo`,
    end_session_endpoint: `${issuer}/logout`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  }

  const routes: Readonly<Record<string, (request: Request) => Awaitable<Response>>> = {
    '/.well-known/openid-configuration': () => Response.json(metadata),
    '/jwks': () =>
      Response.json({ keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: key.kid, alg: 'ES256', use: 'sig' }] }),
    '/authorize': ({ url }) =>
      autoApprove
        ? new Response(null, { status: 302, headers: { location: provider.approve(url) } })
        : new Response(null, { status: 404 }),
    '/token': async (request) => quirkyAnswer(await token(request), quirks),
    '/revoke': async (request) => {
      const { form, known } = await readClient(request)
      if (!known) return refuse('invalid_client', 401)
      const revoked = form.get('token') ?? ''
      accessTokens.delete(revoked)
      const family = families.get(revoked)
      if (family !== undefined) endFamily(family)
      return new Response(null, { status: 200 })
    },
    '/introspect': async (request) => {
      const { form, known } = await readClient(request)
      if (!known) return refuse('invalid_client', 401)
      const family = accessTokens.get(form.get('token') ?? '') ?? families.get(form.get('token') ?? '')
      return Response.json(
        family === undefined ? { active: false } : { active: true, scope: family.scope, client_id: clientId },
      )
    },
    '/userinfo': (request) => {
      const family = bearer(request)
      if (family === undefined) return unauthorized(request)
      return Response.json({ sub: subject, ...(profile ?? { name: 'Alice', email: 'alice@example.com' }) })
    },
    '/api': async (request) => {
      if (bearer(request) === undefined) return unauthorized(request)
      return Response.json({ method: request.method, body: await request.text() })
    },
  }

  async function token(request: Request): Promise<Response> {
    const { form, known } = await readClient(request)
    if (!known) return refuse('invalid_client', 401)
    const refusal = proofs?.refusal(request, 'token')
    if (refusal) return refusal
    const jkt = proofs?.thumbprint(request)
    const grantType = form.get('grant_type')
    if (grantType === 'client_credentials') {
      return Response.json({ ...issue({ scope: form.get('scope') ?? '', claims: {}, head: null, jkt }) })
    }
    if (grantType === 'refresh_token') {
      const presented = form.get('refresh_token') ?? ''
      const family = families.get(presented)
      if (family === undefined) return refuse('invalid_grant')
      if (family.jkt !== jkt) return refuse('invalid_dpop_proof')
      if (family.head !== presented) {
        endFamily(family)
        return refuse('invalid_grant')
      }
      return Response.json(rotate(family))
    }
    if (grantType !== 'authorization_code') return refuse('unsupported_grant_type')
    const code = form.get('code') ?? ''
    const asked = codes.get(code)
    codes.delete(code)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (asked?.get('code_challenge') !== challenge) return refuse('invalid_grant')
    if (asked.get('redirect_uri') !== form.get('redirect_uri')) return refuse('invalid_grant')
    const now = clock()
    const nonce = asked.get('nonce')
    const claims = { ...profile, sub: subject, aud: clientId, auth_time: now, ...(nonce !== null && { nonce }) }
    return Response.json(rotate({ scope: asked.get('scope') ?? '', claims, head: null, jkt }))
  }

  function rotate(family: Family): Record<string, unknown> {
    if (!quirks.includes('same_refresh_token') || family.head === null) family.head = randomBytes(16).toString('hex')
    families.set(family.head, family)
    const issued = issue(family)
    const openid = family.scope.split(' ').includes('openid')
    return { ...issued, refresh_token: family.head, ...(openid && { id_token: idToken(family, issued.access_token) }) }
  }

  function issue(family: Family): { access_token: string; token_type: string; expires_in: number; scope: string } {
    const access_token = randomBytes(16).toString('hex')
    accessTokens.set(access_token, family)
    return { access_token, token_type: proofs === null ? 'Bearer' : 'DPoP', expires_in: lifetime, scope: family.scope }
  }

  function idToken({ claims }: Family, accessToken: string): string {
    const now = clock()
    const at_hash = createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
    return provider.makeIdToken({
      header: { alg: 'ES256', kid: key.kid },
      claims: { iss: issuer, iat: now, exp: now + 300, at_hash, ...claims },
    })
  }

  function endFamily(family: Family): void {
    family.head = null
    for (const [text, owner] of accessTokens) if (owner === family) accessTokens.delete(text)
  }

  function bearer(request: Request): Family | undefined {
    const [scheme, text = ''] = request.headers.get('authorization')?.split(' ') ?? []
    const family = accessTokens.get(text)
    if (proofs === null) return scheme === 'Bearer' ? family : undefined
    const proven = proofs.refusal(request, 'api') === null && proofs.thumbprint(request) === family?.jkt
    return scheme === 'DPoP' && proven ? family : undefined
  }

  function unauthorized(request: Request): Response {
    const scheme = proofs === null ? 'Bearer' : 'DPoP'
    const headers = { 'www-authenticate': `${scheme} error="invalid_token"` }
    return proofs?.refusal(request, 'api') ?? new Response(null, { status: 401, headers })
  }

  async function readClient(request: Request): Promise<{ form: URLSearchParams; known: boolean }> {
    const form = new URLSearchParams(await request.text())
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
    const posted = form.get('client_id') === clientId && form.get('client_secret') === clientSecret
    return { form, known: posted || request.headers.get('authorization') === basic }
  }

  const provider: LocalFakeProvider = {
    fetch: (input, init) => answer(new Request(input, init)),
    issuer,
    clientId,
    clientSecret,
    metadata,
    requests,
    approve(authorizationUrl, changes = {}) {
      const asked = new URL(authorizationUrl).searchParams
      const code = randomBytes(16).toString('hex')
      codes.set(code, asked)
      const callback = new URL(asked.get('redirect_uri') ?? '')
      for (const [name, value] of Object.entries({
        code,
        state: asked.get('state') ?? undefined,
        iss: issuer,
        ...changes,
      })) {
        if (value !== undefined) callback.searchParams.append(name, value)
      }
      return callback.href
    },
    answer(path, handler) {
      if (handler === null) overrides.delete(path)
      else overrides.set(path, handler)
    },
    makeIdToken: (draft) => provider.signJwt(draft),
    signJwt({ header, claims }, privateKey = key.privateKey) {
      const input = `${base64url(header)}.${base64url(claims)}`
      return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    },
    rotateKey: () => void (key = newKey()),
    expireAccessTokens: () => accessTokens.clear(),
    fail: (path, fault, times = 1) =>
      void faults.set(
        path,
        Array.from({ length: times }, () => fault),
      ),
  }
  return provider
}

function newKey(): { kid: string; publicKey: KeyObject; privateKey: KeyObject } {
  return { kid: randomBytes(8).toString('hex'), ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function refuse(error: string, status = 400): Response {
  return Response.json({ error }, { status })
}
