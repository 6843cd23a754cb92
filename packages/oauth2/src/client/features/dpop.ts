/**
 * Tokens bound to a key of the client: a key for each token, kept with it, and a proof for each request.
 *
 * @spec RFC 9449 §5 §7 §8 §9 §10
 */

import { AuthlibError, randomToken, type Awaitable, type Json } from '@authlib/core'
import { recentMap, sha256Base64url, refuseUnknownOptions } from '@authlib/core/kit'
import { generateKey, importJwk, jwkThumbprint, signJwt, type Jwk, type Key } from '@authlib/jose'
import { invalidResponse } from '../errors.ts'
import type { ClientContext, ClientExtension, ServerAnswer, ServerRequest } from '../extension.ts'

/** A key, and what a login or a token keeps of it. */
export interface DpopKey {
  readonly key: Key
  readonly saved: Json
}

/** Where the keys of DPoP live. */
export interface DpopKeys {
  create(): Awaitable<DpopKey>
  /** The key of what `create` saved. */
  find(saved: Json): Awaitable<Key>
}

export interface DpopOptions {
  /** Algorithm of the keys that are made. Default ES256. */
  readonly alg?: 'ES256' | 'ES384' | 'ES512' | 'Ed25519' | undefined
  /** Default: each key as a JWK in `token.data`, so that it is kept, sealed and deleted with the token. */
  readonly keys?: DpopKeys | undefined
}

/** Endpoints that take a proof. §5, §10.1 */
const ENDPOINTS = ['token_endpoint', 'pushed_authorization_request_endpoint']

/**
 * Sends a proof with each token request, pushed authorization request and API request, and again with the nonce that a
 * server asks for. Tokens that a server does not bind are refused.
 *
 * @example
 * new OAuth2Client({ issuer, clientId, extensions: [dpop()] })
 */
export function dpop({ alg = 'ES256', keys = keysInTokens(alg), ...others }: DpopOptions = {}): ClientExtension {
  refuseUnknownOptions('dpop', others)
  const nonces = recentMap<string>(1000) // by origin

  async function proof(
    { key }: Pick<DpopKey, 'key'>,
    { method, url }: { readonly method: string; readonly url: string },
    { clock, random }: ClientContext,
    accessToken?: string,
  ): Promise<string> {
    const { origin, pathname } = new URL(url)
    const nonce = nonces.get(origin)
    const claims = {
      jti: randomToken(random),
      htm: method,
      htu: origin + pathname, // §4.2: without query and fragment
      iat: clock(),
      ...(nonce !== undefined && { nonce }),
      ...(accessToken !== undefined && { ath: await sha256Base64url(accessToken) }),
    }
    const { kty, crv, x, y } = key.publicJwk()
    const jwk = { kty, crv, x, ...(y !== undefined && { y }) } as Jwk // sound: a public key of `alg`
    const header = { jwk, kid: undefined } // no `kid` of the key: some servers would look for it in `jwk`
    return signJwt(claims, key, { typ: 'dpop+jwt', alg: key.alg ?? alg, header, lifetime: null })
  }

  /** Whether the server names a nonce that was not used. §8.2 */
  function learn(url: string, headers: Headers): boolean {
    const { origin } = new URL(url)
    const nonce = headers.get('dpop-nonce')
    if (nonce === null || nonces.get(origin) === nonce) return false
    nonces.set(origin, nonce)
    return true
  }

  async function sendWithProof(
    request: ServerRequest,
    next: (request: ServerRequest) => Promise<ServerAnswer>,
    client: ClientContext,
  ): Promise<ServerAnswer> {
    const saved = request.login?.data?.['dpop'] ?? request.token?.data?.['dpop']
    const used: DpopKey = saved === undefined ? await keys.create() : { key: await keys.find(saved), saved }
    const attempt = async (): Promise<ServerAnswer> => {
      const header = await proof(used, request, client)
      const answer = await next({ ...request, headers: { ...request.headers, dpop: header } })
      return { ...answer, data: { ...answer.data, dpop: used.saved } }
    }
    const first = await attempt()
    if (!learn(request.url, first.headers) || first.members?.['error'] !== 'use_dpop_nonce') return first
    const second = await attempt()
    learn(request.url, second.headers)
    return second
  }

  return {
    name: 'dpop',
    tokenTypes: ['DPoP'],
    async authorizing(draft) {
      const { key, saved } = await keys.create()
      const dpop_jkt = await jwkThumbprint(key.publicJwk()) // §10: binds the code too
      const login = { ...draft.login, data: { ...draft.login.data, dpop: saved } }
      return { ...draft, params: { ...draft.params, dpop_jkt }, login }
    },
    send: (request, next, client) =>
      ENDPOINTS.includes(request.endpoint) ? sendWithProof(request, next, client) : next(request),
    token(token, answer) {
      if (token.tokenType === 'Bearer') throw invalidResponse('the token is not bound to the key', answer) // §5
      return { ...token, data: { ...token.data, ...answer.data } }
    },
    async call(request, token, next, client) {
      const saved = token.data?.['dpop']
      if (saved === undefined) return next(request)
      const key = await keys.find(saved)
      const attempt = async (): Promise<Response> => {
        const headers = new Headers(request.headers)
        headers.set('dpop', await proof({ key }, request, client, token.accessToken))
        return next({ ...request, headers })
      }
      const response = await attempt()
      const fresh = learn(request.url, response.headers)
      if (!fresh || !request.repeatable || !asksForNonce(response)) return response
      await response.body?.cancel()
      const again = await attempt()
      learn(request.url, again.headers)
      return again
    },
  }
}

/** §9: a 401 whose challenge says so. */
function asksForNonce({ status, headers }: Response): boolean {
  return status === 401 && /\buse_dpop_nonce\b/.test(headers.get('www-authenticate') ?? '')
}

/** Private JWKs, in what the login and the token carry anyway. */
function keysInTokens(alg: NonNullable<DpopOptions['alg']>): DpopKeys {
  const imported = recentMap<Key>(1000)
  return {
    async create() {
      const key = await generateKey(alg)
      return { key, saved: { ...key.privateJwk(), alg } as unknown as Json } // sound: a JWK is JSON
    },
    find(saved) {
      const jwk = saved as unknown as Jwk // sound: made by `create`
      const name = String(jwk.x)
      const key = imported.get(name) ?? importSaved(jwk)
      imported.set(name, key)
      return key
    },
  }
}

function importSaved(jwk: Jwk): Key {
  try {
    return importJwk(jwk)
  } catch (cause) {
    throw new AuthlibError('invalid_key', 'The key of a DPoP token cannot be read', { cause })
  }
}
