/**
 * The JWT bearer grant: a client presents a JWT of an issuer that the server trusts, and gets an access token for its subject.
 *
 * @spec RFC 7521 §4.1
 * @spec RFC 7523 §2.1 §3
 */

import type { Awaitable, Json } from '@authlib/core'
import { assertSeconds, refuseUnknownOptions, sha256Base64url } from '@authlib/core/kit'
import {
  decodeUnverifiedJwt,
  JoseError,
  verifyJwt,
  type JwsAlgorithmName,
  type JwtClaims,
  type JwtPolicy,
  type VerificationKeys,
} from '@authlib/jose'
import { invalidGrant, invalidRequest, invalidScope, OAuth2Error, temporarilyUnavailable } from '../../errors.ts'
import { coversScope, parseScope } from '../../scope.ts'
import type { Client } from '../contract/client.ts'
import type { IssuePlan } from '../contract/plans.ts'
import type { Grant } from '../contract/registrable.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { presentedAssertion } from '../contract/token-moments.ts'
import { newAuthorization } from '../records/authorization.ts'
import { unusedAssertion } from '../records/used-assertion.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/** A valid assertion, and the client that presents it. */
export interface PresentedAssertion {
  readonly server: Server
  readonly client: Client
  readonly claims: JwtClaims
}

/** Whom an assertion is about, in this server's terms. */
export interface AssertedSubject {
  readonly subject: string
  /** Most scope that the client can get. Default: all that the client may have. */
  readonly scope?: readonly string[] | undefined
}

/** An issuer whose assertions are accepted. */
export interface AssertionIssuer {
  /** Its public keys: a key, a key set, or `remoteKeySet(url)`. */
  readonly keys: VerificationKeys
  /** Signature algorithms to accept, such as `['ES256']`. */
  readonly algorithms: readonly JwsAlgorithmName[]
  /**
   * Whom the assertion is about; null refuses it. There is no default: `sub` of another issuer is no subject of this server,
   * and which client may speak for whom is a decision.
   */
  readonly subjectOf: (assertion: PresentedAssertion) => Awaitable<AssertedSubject | null>
  /**
   * The `client_id` that an assertion names, for clients that do not authenticate. When it names one, no other client can
   * use the assertion. Default: clients must authenticate.
   */
  readonly clientIdOf?: ((claims: JwtClaims) => string | undefined) | undefined
}

export interface JwtBearerGrantOptions {
  /** By `iss`, compared exactly. */
  readonly issuers: Readonly<Record<string, AssertionIssuer>>
  /**
   * What `aud` must be, as its only value. `issuer`: the issuer of this server. `issuer_or_endpoint`: also the URL of the
   * token endpoint, as RFC 7523 §3 suggests. Default `issuer_or_endpoint`.
   */
  readonly audience?: 'issuer' | 'issuer_or_endpoint' | undefined
  /** Seconds for which an assertion may be valid. Default 3600. */
  readonly maxLifetime?: number | undefined
  /** Seconds by which clocks may differ. Default 10, as FAPI 2.0 wants it. */
  readonly leeway?: number | undefined
}

/** The `grant_type`. RFC 7523 §2.1 */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/**
 * Accepts each assertion once, also those without `jti`. No refresh token is issued: the client comes back with another
 * assertion.
 *
 * @example
 * server.registerGrant(jwtBearerGrant({
 *   issuers: {
 *     'https://idp.example': {
 *       keys: remoteKeySet('https://idp.example/jwks'),
 *       algorithms: ['ES256'],
 *       subjectOf: async ({ claims }) => accounts.findByEmployee(claims.sub),
 *     },
 *   },
 * }))
 */
export function jwtBearerGrant({
  issuers,
  audience = 'issuer_or_endpoint',
  maxLifetime = 3600,
  leeway = 10,
  ...others
}: JwtBearerGrantOptions): Grant {
  refuseUnknownOptions('jwtBearerGrant', others)
  assertSeconds({ maxLifetime }, 1)
  assertSeconds({ leeway })

  /** @throws OAuth2Error `invalid_grant` */
  async function verified(server: Server, text: string): Promise<{ claims: JwtClaims; issuer: AssertionIssuer }> {
    const iss = issuerOf(text)
    const issuer = iss !== undefined && Object.hasOwn(issuers, iss) ? issuers[iss] : undefined
    if (iss === undefined || !issuer) throw refused('unknown issuer')
    const now = server.clock()
    const claims = await verify(text, issuer.keys, {
      typ: 'JWT',
      typOptional: true, // §4; a token of another type, such as an access token, is none
      issuer: iss,
      audience: audience === 'issuer' ? server.issuer : [server.issuer, server.url('token')],
      soleAudience: true, // of two audiences one could replay it at the other
      required: ['iss', 'sub', 'aud'],
      algorithms: issuer.algorithms,
      leeway,
      clock: () => now,
    })
    if ((claims.exp ?? 0) > now + maxLifetime + leeway) throw refused('valid for too long') // §3 item 4
    return { claims, issuer }
  }

  return {
    kind: 'grant',
    grantType: JWT_BEARER,
    settings: { audience, maxLifetime, leeway },
    includes: [tokenEndpoint],

    async identifyClient({ server, params }) {
      const text = params.get('assertion')
      if (text === undefined) return null
      const { claims, issuer } = await verified(server, text) // before its words count for anything
      const clientId = issuer.clientIdOf?.(claims)
      return clientId === undefined ? null : server.clients.find(clientId, { endpoint: 'token' })
    },

    async exchange(request): Promise<IssuePlan> {
      const { server, client, params } = request
      const text = params.get('assertion')
      if (text === undefined) throw invalidRequest('assertion is missing')
      for (const answer of server.handlers(presentedAssertion)) {
        const plan = await answer({ request, text })
        if (plan) return plan
      }
      const { claims, issuer } = await verified(server, text)
      if ((issuer.clientIdOf?.(claims) ?? client.clientId) !== client.clientId) throw refused('of another client')
      const about = await issuer.subjectOf({ server, client, claims })
      if (!about) throw refused('the subject is not accepted')
      const scope = scopeOf(request, about.scope ?? client.scope)
      const until = (claims.exp ?? 0) + leeway + 1
      const unused = await unusedAssertion(server, { label: 'jwt_bearer', name: await nameOf(claims, text), until })
      if (!unused) throw refused('used before') // §3 item 7
      return {
        authorization: { ...newAuthorization(request, { subject: about.subject, scope }), id: unused.id },
        scope,
        changes: unused.changes,
      }
    },
  }
}

function issuerOf(text: string): string | undefined {
  try {
    return decodeUnverifiedJwt(text).claims.iss
  } catch (error) {
    throw refused('not a JWT', error)
  }
}

async function verify(text: string, keys: VerificationKeys, policy: JwtPolicy): Promise<JwtClaims> {
  try {
    return (await verifyJwt(text, keys, policy)).claims
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    if (error.code === 'key_set_unavailable')
      throw temporarilyUnavailable('', {
        reason: 'keys of the issuer',
        cause: error,
      })
    throw refused(error.reason ?? error.code, error)
  }
}

/** Without `scope` in the request: all that the client may have for this subject. */
function scopeOf({ params, client }: TokenRequest, most: readonly string[]): readonly string[] {
  const allowed = client.scope.filter((word) => most.includes(word))
  if (!params.has('scope')) return allowed
  const requested = parseScope(params.get('scope'))
  if (!coversScope(allowed, requested)) throw invalidScope('the scope is more than the assertion allows') // RFC 7521 §4.1
  return requested
}

/** One for each assertion. */
async function nameOf({ iss, jti }: JwtClaims, text: string): Promise<readonly Json[]> {
  const signed = text.slice(0, text.lastIndexOf('.')) // a signature can be written in more than one way
  return jti === undefined ? ['hash', await sha256Base64url(signed)] : ['jti', iss ?? '', jti]
}

/** One wire answer for every fault of the assertion. RFC 7523 §3.1 */
function refused(reason: string, cause?: unknown): OAuth2Error {
  return invalidGrant('the assertion is not valid', {
    reason: `the assertion: ${reason}`,
    cause,
  })
}
