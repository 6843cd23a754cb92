/**
 * The OAuth 1.0a server: temporary credentials, the decision of the person, tokens.
 *
 * @spec RFC 5849 §2
 */

import {
  fromRequest,
  NEVER,
  readForm,
  readQuery,
  toResponse,
  type HttpRequest,
  type HttpResponse,
  type Mountable,
  type Route,
} from '@authlib/core'
import { constantTimeEqual } from '@authlib/core'
import { assertSeconds, requestPath, sha256Base64url } from '@authlib/core/kit'
import {
  answerAuthorization,
  readAuthorizationRequest,
  type OAuth1AuthorizationRequest,
  type OAuth1Decision,
} from './authorization.ts'
import {
  findTemporary,
  findToken,
  newCredentials,
  revised,
  TEMPORARY,
  TOKEN,
  type FoundCredentials,
  type TemporaryData,
  type TokenData,
} from './credentials.ts'
import { createEnvironment, type OAuth1Environment, type OAuth1Options } from './environment.ts'
import {
  credentialsResponse,
  errorResponse,
  invalidNonce,
  invalidRequest,
  invalidToken,
  toOAuth1Error,
} from './errors.ts'
import { beginInteraction, resumeInteraction, type OAuth1Pages, type OAuth1PendingInteraction } from './interaction.ts'
import { errorPage } from './pages.ts'
import { requiredParameter } from './signed-request.ts'
import {
  absent,
  refusedClient,
  verifyClientRequest,
  verifyTokenRequest,
  withClient,
  type VerifiedRequest,
} from './verify.ts'

export interface OAuth1ServerOptions extends OAuth1Options {
  /**
   * Login and consent pages of your own; the authorization endpoint sends people there. Without them the application answers
   * the authorization endpoint itself, with `validateAuthorizationRequest` and `createAuthorizationResponse`.
   */
  readonly pages?: OAuth1Pages | undefined
  /** Default `/oauth1/initiate`, `/oauth1/authorize` and `/oauth1/token`. */
  readonly paths?:
    | {
        readonly initiate?: string | undefined
        readonly authorize?: string | undefined
        readonly token?: string | undefined
      }
    | undefined
  /** Seconds from the request for temporary credentials to that for the token. Default 600. */
  readonly temporaryLifetime?: number | undefined
  /** Seconds. Default: tokens do not expire; the RFC knows no refresh. */
  readonly tokenLifetime?: number | undefined
}

/** What the application's pages call. */
export interface OAuth1Interactions {
  /** What a login or consent page works on, from the request that shows or posts it. @throws OAuth1Error `invalid_request` */
  readonly resume: (http: HttpRequest) => Promise<OAuth1PendingInteraction>
}

/** A token, as the application may list it. */
export interface IssuedToken {
  readonly clientId: string
  readonly subject: string
  readonly realms: readonly string[]
  /** NumericDate. */
  readonly issuedAt: number
}

/** Whose tokens are meant. */
export type TokenOwner = { readonly clientId: string } | { readonly subject: string }

/**
 * Mount it, and protect routes with a `ResourceProtector` of the same options.
 *
 * @example
 * const server = new OAuth1Server({
 *   origin: 'https://api.example', store, secrets, clients, pages: { login: '/login', consent: '/consent', session },
 * })
 */
export class OAuth1Server implements Mountable {
  readonly routes: readonly Route[]
  /** Login and consent on the `pages`. */
  readonly interaction: OAuth1Interactions
  readonly #env: OAuth1Environment
  readonly #temporaryLifetime: number
  readonly #tokenLifetime: number | undefined
  readonly #endpoints: ReadonlyMap<string, Endpoint>

  /** @throws AuthlibError `insecure_transport`, `weak_secret`, `weak_storage` */
  constructor({ pages, paths = {}, temporaryLifetime = 600, tokenLifetime, ...options }: OAuth1ServerOptions) {
    const { initiate = '/oauth1/initiate', authorize = '/oauth1/authorize', token = '/oauth1/token' } = paths
    const env = createEnvironment(options)
    assertSeconds({ temporaryLifetime, tokenLifetime }, 1)
    this.#env = env
    this.interaction = {
      resume(http) {
        if (pages === undefined) throw new TypeError('The server has no `pages`')
        return resumeInteraction(env, pages, http)
      },
    }
    this.#temporaryLifetime = temporaryLifetime
    this.#tokenLifetime = tokenLifetime
    const endpoints: (readonly [string, Endpoint])[] = [
      [initiate, { methods: ['POST'], handle: (http) => this.#initiate(http) }],
      [token, { methods: ['POST'], handle: (http) => this.#token(http) }],
    ]
    if (pages) endpoints.push([authorize, { methods: ['GET', 'HEAD'], handle: (http) => this.#authorize(http, pages) }])
    this.#endpoints = new Map(endpoints)
    this.routes = endpoints.map(([path, { methods }]) => ({ path, methods }))
  }

  /** For every runtime that speaks Web requests. May be passed around by itself. */
  readonly fetch = async (request: Request): Promise<Response> => toResponse(await this.handle(fromRequest(request)))

  async handle(http: HttpRequest): Promise<HttpResponse> {
    const endpoint = this.#endpoints.get(requestPath(http))
    if (endpoint === undefined) return { status: 404, headers: [['content-type', 'text/plain']], body: 'Not found' }
    if (!endpoint.methods.includes(http.method)) {
      return { status: 405, headers: [['allow', endpoint.methods.join(', ')]], body: '' }
    }
    try {
      return await endpoint.handle(http)
    } catch (error) {
      return this.respond(error)
    }
  }

  /**
   * Callback style: what a request at your authorization endpoint asks for. Show your own page, then call
   * {@link createAuthorizationResponse}. Protect the form of the page against forgery.
   *
   * @throws OAuth1Error `invalid_request`
   */
  async validateAuthorizationRequest(http: HttpRequest): Promise<OAuth1AuthorizationRequest> {
    const params = http.method === 'POST' ? await readForm(http) : readQuery(http)
    return readAuthorizationRequest(this.#env, params.get('oauth_token')) // a callback sent here is ignored: revision A
  }

  /**
   * Writes the decision of the person and sends the browser back. Answering twice alike is harmless.
   *
   * @throws OAuth1Error `invalid_request`
   */
  createAuthorizationResponse(request: OAuth1AuthorizationRequest, decision: OAuth1Decision): Promise<HttpResponse> {
    return answerAuthorization(this.#env, request, decision)
  }

  /** The answer to an error of the protocol's own requests. */
  respond(error: unknown): HttpResponse {
    return errorResponse(this.#report(error), this.#env.realm)
  }

  /** The answer to an error that a person looks at. */
  respondToPerson(error: unknown): HttpResponse {
    return errorPage(this.#report(error))
  }

  /** The tokens of a client or a person that are alive, the oldest first. */
  async *listTokens(owner: TokenOwner): AsyncGenerator<IssuedToken, void> {
    for await (const { data } of this.#tokensOf(owner)) {
      const { clientId, subject, realms, issuedAt } = data
      yield { clientId, subject, realms, issuedAt }
    }
  }

  /** Ends all tokens of a client or a person, or one by its text. Returns how many. */
  async revokeTokens(owner: TokenOwner | { readonly token: string }): Promise<number> {
    let count = 0
    if ('token' in owner) {
      const found = await findToken(this.#env, owner.token)
      if (found) count += await this.#revoke(found)
      return count
    }
    for await (const found of this.#tokensOf(owner)) count += await this.#revoke(found)
    return count
  }

  /** §2.1 */
  async #initiate(http: HttpRequest): Promise<HttpResponse> {
    const verified = await verifyClientRequest(this.#env, http)
    const { client, params, authorizationId, nonce } = verified
    const callback = requiredParameter(params, 'oauth_callback')
    if (!client.redirectUris.includes(callback)) {
      throw withClient(invalidRequest('oauth_callback is not registered'), client.clientId)
    }
    const { clientId } = client
    const now = this.#env.clock()
    const { text, secret, record } = await newCredentials(this.#env, TEMPORARY, authorizationId, {
      expiresAt: now + this.#temporaryLifetime,
      data: { clientId, callback, realms: requestedRealms(verified) },
    })
    const guard = nonce === null ? [] : [nonce]
    const batch = { partition: authorizationId, now, expect: guard.map(absent), put: [...guard, record], remove: [] }
    if (!(await this.#env.store.commit(batch))) throw invalidNonce()
    this.#env.emit({ type: 'temporary_credentials.issued', at: now, clientId })
    return credentialsResponse({ oauth_token: text, oauth_token_secret: secret, oauth_callback_confirmed: 'true' })
  }

  /** §2.2 */
  async #authorize(http: HttpRequest, pages: OAuth1Pages): Promise<HttpResponse> {
    try {
      return await beginInteraction(this.#env, pages, await this.validateAuthorizationRequest(http), http)
    } catch (error) {
      return this.respondToPerson(error)
    }
  }

  /** §2.3: one batch uses up the nonce and the temporary credentials, and writes the token. */
  async #token(http: HttpRequest): Promise<HttpResponse> {
    const verified = await verifyTokenRequest(this.#env, http, findTemporary)
    const { client, credentials, nonce, authorizationId } = verified
    const { record } = credentials
    const verifier = requiredParameter(verified.params, 'oauth_verifier')
    if (!(await isRightVerifier(credentials, verifier))) {
      await this.#countWrongVerifier(verified)
      throw withClient(invalidToken('oauth_verifier is wrong, or nobody has approved'), client.clientId)
    }
    const { subject = '', realms } = credentials.data // present: `isRightVerifier` has seen an approval
    const now = this.#env.clock()
    const issued = await newCredentials(this.#env, TOKEN, authorizationId, {
      expiresAt: this.#tokenLifetime === undefined ? NEVER : now + this.#tokenLifetime,
      data: { clientId: client.clientId, subject, realms, issuedAt: now },
      subject,
    })
    const guard = nonce === null ? [] : [nonce]
    const { kind, id, revision } = record
    const spent = await this.#env.store.commit({
      partition: authorizationId,
      now,
      expect: [...guard.map(absent), { kind, id, revision }],
      put: [...guard, issued.record],
      remove: [[kind, id]],
    })
    if (!spent) throw (await this.#isUsed(nonce)) ? invalidNonce() : invalidToken('it was used at the same time')
    this.#env.emit({ type: 'token.issued', at: now, clientId: client.clientId, subject, realms })
    const lifetime = this.#tokenLifetime?.toString()
    return credentialsResponse({
      oauth_token: issued.text,
      oauth_token_secret: issued.secret,
      oauth_expires_in: lifetime,
    })
  }

  /** After three wrong verifiers the credentials are gone: a PIN is short enough to be guessed. */
  async #countWrongVerifier({ credentials, nonce }: VerifiedRequest<FoundCredentials<TemporaryData>>): Promise<void> {
    const { record, data } = credentials
    const { partition, kind, id, revision } = record
    const attempts = (data.attempts ?? 0) + 1
    const isLast = attempts >= MAX_ATTEMPTS
    const guard = nonce === null ? [] : [nonce]
    const written = await this.#env.store.commit({
      partition,
      now: this.#env.clock(),
      expect: [...guard.map(absent), { kind, id, revision }],
      put: [...guard, ...(isLast ? [] : [revised(record, { ...data, attempts })])],
      remove: isLast ? [[kind, id]] : [],
    })
    if (!written && (await this.#isUsed(nonce))) throw invalidNonce()
  }

  async #isUsed(nonce: VerifiedRequest<unknown>['nonce']): Promise<boolean> {
    if (nonce === null) return false
    const [record] = await this.#env.store.get(nonce.partition, [[nonce.kind, nonce.id]])
    return record !== null
  }

  async *#tokensOf(owner: TokenOwner): AsyncGenerator<FoundCredentials<TokenData>, void> {
    const { store, clock } = this.#env
    const [by, value] =
      'clientId' in owner ? (['client', owner.clientId] as const) : (['subject', owner.subject] as const)
    for (let after: string | undefined; ;) {
      const { items, next } = await store.list({ kind: TOKEN, by, value, after })
      for (const record of items) {
        if (record.expiresAt <= clock()) continue
        yield { record, data: record.data as unknown as TokenData, secret: '' } // sound: of this kind
      }
      if (next === undefined) return
      after = next
    }
  }

  async #revoke({ record, data }: FoundCredentials<TokenData>): Promise<number> {
    const { store, clock, emit } = this.#env
    const { partition, kind, id } = record
    await store.commit({ partition, now: clock(), expect: [], put: [], remove: [[kind, id]] })
    emit({ type: 'token.revoked', at: clock(), clientId: data.clientId, subject: data.subject })
    return 1
  }

  #report(error: unknown) {
    const known = toOAuth1Error(error)
    const { emit, clock } = this.#env
    if (known.status >= 500) emit({ type: 'server.error', at: clock(), error: known.cause ?? known })
    else {
      const { code, reason = known.message } = known
      emit({ type: 'request.refused', at: clock(), clientId: refusedClient(known), error: code, reason })
    }
    return known
  }
}

interface Endpoint {
  readonly methods: readonly string[]
  readonly handle: (http: HttpRequest) => Promise<HttpResponse>
}

const MAX_ATTEMPTS = 3

async function isRightVerifier({ data }: FoundCredentials<TemporaryData>, verifier: string): Promise<boolean> {
  return data.verifierHash !== undefined && constantTimeEqual(await sha256Base64url(verifier), data.verifierHash)
}

/** Words of the header's realm. Of a client without realms it is nothing but the name of a protection space. RFC 5849 §3.5.1 */
function requestedRealms({ realm, client: { realms = [] } }: VerifiedRequest<null>): readonly string[] {
  if (realms.length === 0 || realm === undefined) return realms
  const asked = realm.split(' ').filter((word) => word !== '')
  if (!asked.every((word) => realms.includes(word))) throw invalidRequest('A realm is not allowed for the client')
  return asked
}
