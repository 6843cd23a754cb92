/**
 * Identity assertion grants, at the identity provider: a client exchanges its ID Token, or its refresh token, for an assertion
 * that the server of an API accepts.
 *
 * @spec draft-ietf-oauth-identity-assertion-authz-grant
 * @spec RFC 8693 §2
 */

import { randomToken, type Awaitable, type Json, type JsonObject } from '@authlib/core'
import { assertOptions, assertSeconds } from '@authlib/core/kit'
import { idTokenPolicy, JoseError, signJwt, verifyJwt, type JwtClaims } from '@authlib/jose'
import { invalidGrant, invalidRequest, OAuth2Error, unauthorizedClient } from '../../errors.ts'
import { isResourceUri } from '../../resource-uri.ts'
import { formatScope, parseScope } from '../../scope.ts'
import { isPublicClient, type Client } from '../contract/client.ts'
import { on } from '../contract/moments.ts'
import type { IssuePlan } from '../contract/plans.ts'
import type { Feature, TokenFormat } from '../contract/registrable.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { requestedToken } from '../contract/token-moments.ts'
import { newAuthorization } from '../records/authorization.ts'
import { jwksEndpoint } from './jwks.ts'

/** What a client asks for. */
export interface IdentityAssertionRequest {
  readonly server: Server
  /** The client that asks, as it is known here. */
  readonly client: Client
  readonly subject: string
  /** The server of the API. */
  readonly audience: string
  readonly resources: readonly string[]
  readonly scope: readonly string[]
}

/** What the assertion says. */
export interface AllowedAssertion {
  /** The client, as it is known at the server of the API. */
  readonly clientId: string
  /** The issuer identifier of that server, where `audience` is another name for it. Default: `audience`. */
  readonly audience?: string | undefined
  /** The person, as that server knows them from logins here. Default: the subject. */
  readonly sub?: string | undefined
  /** Default: what was asked for. */
  readonly scope?: readonly string[] | undefined
  /** Default: what was asked for. */
  readonly resources?: readonly string[] | undefined
  /** Further claims, such as `email` and `aud_sub`. Protocol claims win. */
  readonly claims?: JsonObject | undefined
}

export interface IdentityAssertionIssuerOptions {
  /** Whether this client may act for this person there; null refuses. There is no default. */
  readonly allow: (request: IdentityAssertionRequest) => Awaitable<AllowedAssertion | null>
  /** The subject that the `sub` of an ID Token of this client means. Default: `sub` itself. */
  readonly subjectOf?: ((of: { readonly client: Client; readonly sub: string }) => Awaitable<string | null>) | undefined
  /** Seconds that an assertion is valid. Default 300. */
  readonly lifetime?: number | undefined
  /** Signature algorithm. Default: the first of the server's keys. */
  readonly algorithm?: string | undefined
}

/** The `requested_token_type`. */
export const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'

const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
const REFRESH_TOKEN = 'urn:ietf:params:oauth:token-type:refresh_token'
const FORMAT = 'id_jag'

/**
 * Issues identity assertions at the token exchange grant, to confidential clients alone. The specification is a draft, and
 * this feature may change with it.
 *
 * @example
 * server.registerGrant(tokenExchangeGrant({ allow: () => false }))
 * server.register(experimentalIdentityAssertionIssuer({
 *   allow: ({ client, audience }) => apps.get(`${client.clientId} ${audience}`) ?? null,
 * }))
 */
export function experimentalIdentityAssertionIssuer(options: IdentityAssertionIssuerOptions): Feature {
  assertOptions('experimentalIdentityAssertionIssuer', options, {
    allow: 'function',
    subjectOf: 'function?',
    lifetime: null,
    algorithm: 'string?',
  })
  const { allow, subjectOf, lifetime = 300, algorithm } = options
  assertSeconds({ lifetime }, 1)
  const format: TokenFormat = {
    kind: 'token_format',
    name: FORMAT,
    find: () => null, // no access token: it opens nothing here
    async mint({ audience, claims, issuedAt, expiresAt }, server) {
      const key = await server.requireKeys().signingKey(algorithm)
      const payload = {
        ...claims,
        iss: server.issuer,
        aud: audience[0] ?? '',
        jti: randomToken(server.random, 16),
        iat: issuedAt,
        exp: expiresAt,
      }
      return { token: await signJwt(payload, key, { typ: 'oauth-id-jag+jwt' }), holdsAuthorization: true }
    },
  }

  async function issue(request: TokenRequest): Promise<IssuePlan> {
    const { server, client, params } = request
    if (isPublicClient(client)) throw unauthorizedClient('a public client cannot get identity assertions')
    if (params.has('actor_token')) throw invalidRequest('actor_token is not supported here')
    const [audience, second] = params.all('audience')
    if (audience === undefined || second !== undefined) throw invalidRequest('exactly one audience is needed')
    const resources = params.all('resource')
    if (!resources.every((one) => isResourceUri(one))) {
      throw new OAuth2Error('invalid_target', 'resource must be an absolute URI without fragment')
    }
    const login = await loginOf(request, subjectOf)
    const asked = parseScope(params.get('scope'))
    const allowed = await allow({ server, client, subject: login.subject, audience, resources, scope: asked })
    if (!allowed) throw new OAuth2Error('invalid_target', 'the client may not act for this person there')
    const { scope = asked, resources: granted = resources } = allowed
    return {
      authorization: newAuthorization(request, { subject: login.subject, scope }),
      scope,
      single: true,
      token: {
        format: FORMAT,
        audience: [allowed.audience ?? audience],
        lifetime,
        claims: {
          ...allowed.claims,
          ...login.claims,
          sub: allowed.sub ?? login.subject,
          client_id: allowed.clientId,
          ...(scope.length > 0 && { scope: formatScope(scope) }),
          ...(granted.length > 0 && { resource: granted.length === 1 ? granted[0] : granted }),
        },
      },
      params: { issued_token_type: ID_JAG, token_type: 'N_A' },
    }
  }

  return {
    kind: 'feature',
    name: 'identity_assertion_issuer',
    settings: { lifetime },
    metadata: { identity_chaining_requested_token_types_supported: [ID_JAG] },
    includes: [
      format,
      jwksEndpoint,
      {
        kind: 'extension',
        name: 'identity_assertion_issuer',
        handlers: [on(requestedToken, ({ request, type }) => (type === ID_JAG ? issue(request) : undefined))],
      },
    ],
  }
}

interface KnownLogin {
  readonly subject: string
  /** `auth_time`, `acr` and `amr`. */
  readonly claims: JsonObject
}

/** @throws OAuth2Error `invalid_request`, `invalid_grant` */
async function loginOf(
  { server, client, params }: TokenRequest,
  subjectOf: IdentityAssertionIssuerOptions['subjectOf'],
): Promise<KnownLogin> {
  const text = params.get('subject_token')
  const type = params.get('subject_token_type')
  if (text === undefined) throw invalidRequest('subject_token is missing')
  if (type === REFRESH_TOKEN) return refreshedLogin(server, client, text)
  if (type !== ID_TOKEN) throw invalidRequest('subject_token_type is not supported')
  const claims = await verifyIdToken(server, client, text)
  const { sub = '', auth_time, acr, amr } = claims
  const subject = subjectOf ? await subjectOf({ client, sub }) : sub
  if (subject === null || subject === '') throw invalidSubject('the subject is not known')
  return { subject, claims: present({ auth_time, acr, amr }) }
}

async function refreshedLogin(server: Server, client: Client, text: string): Promise<KnownLogin> {
  const found = await server.tokens.find(text)
  if (found?.kind !== 'refresh_token') throw invalidSubject('no live refresh token')
  const { clientId, subject, authTime, acr, amr } = found.authorization
  if (clientId !== client.clientId || subject === undefined) throw invalidSubject('a refresh token of another client')
  return { subject, claims: present({ auth_time: authTime, acr, amr: amr && [...amr] }) }
}

/** An ID Token of this server, for this client, that has not expired. */
async function verifyIdToken(server: Server, client: Client, text: string): Promise<JwtClaims & JsonObject> {
  const keys = server.requireKeys()
  const policy = {
    ...idTokenPolicy({
      issuer: server.issuer,
      clientId: client.clientId,
      algorithms: keys.algorithms,
      clock: server.clock,
    }),
    typOptional: false,
  }
  try {
    return (await verifyJwt<JwtClaims & JsonObject>(text, await keys.keySet(), policy)).claims
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    throw invalidSubject(error.reason ?? error.code, error)
  }
}

function present(claims: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

function invalidSubject(reason: string, cause?: unknown): OAuth2Error {
  return invalidGrant('subject_token is not valid', { reason: `subject_token: ${reason}`, cause })
}
