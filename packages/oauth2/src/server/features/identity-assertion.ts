/**
 * Identity assertion grants, at the server that protects the API: an identity provider says who the person is and what a
 * client may do, and the client gets an access token for it.
 *
 * @spec draft-ietf-oauth-identity-assertion-authz-grant
 */

import type { Awaitable, JsonObject } from '@authlib/core'
import { assertOptions, assertSeconds } from '@authlib/core/kit'
import {
  decodeUnverifiedJwt,
  JoseError,
  verifyJwt,
  type JwsAlgorithmName,
  type JwtClaims,
  type VerificationKeys,
} from '@authlib/jose'
import { invalidGrant, invalidScope, OAuth2Error, temporarilyUnavailable, unauthorizedClient } from '../../errors.ts'
import { isResourceUri } from '../../resource-uri.ts'
import { coversScope, parseScope } from '../../scope.ts'
import { isPublicClient, type Client } from '../contract/client.ts'
import { on } from '../contract/moments.ts'
import type { IssuePlan } from '../contract/plans.ts'
import type { Feature } from '../contract/registrable.ts'
import type { TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { presentedAssertion } from '../contract/token-moments.ts'
import { newAuthorization } from '../records/authorization.ts'
import { proofSlot } from '../records/sender-key.ts'

/** A valid assertion for the client that presents it. */
export interface IdentityAssertion {
  readonly server: Server
  readonly client: Client
  readonly claims: JwtClaims & JsonObject
}

/** Whom the assertion is about, in this server's terms. */
export interface IdentifiedPerson {
  readonly subject: string
  /** Most scope that the client can get. Default: all that the assertion and the client have. */
  readonly scope?: readonly string[] | undefined
  /** Whom the access token is for. Default: `resource` of the assertion. */
  readonly audience?: readonly string[] | undefined
}

/** An identity provider whose assertions are accepted. */
export interface IdentityProvider {
  /** Its public keys: a key, a key set, or `remoteKeySet(url)`. */
  readonly keys: VerificationKeys
  /** Signature algorithms to accept, such as `['ES256']`. */
  readonly algorithms: readonly JwsAlgorithmName[]
  /** Finds the person by `sub`, `aud_sub` or `email`; null refuses. An `email` proves nothing unless you trust the provider for it. */
  readonly findPerson: (assertion: IdentityAssertion) => Awaitable<IdentifiedPerson | null>
}

export interface IdentityAssertionOptions {
  /** By `iss`, compared exactly. */
  readonly providers: Readonly<Record<string, IdentityProvider>>
  /** Seconds for which an assertion may be valid. Default 3600. */
  readonly maxLifetime?: number | undefined
  /** Seconds by which clocks may differ. Default 10, as FAPI 2.0 wants it. */
  readonly leeway?: number | undefined
}

const TYPE = 'oauth-id-jag+jwt'
const PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag'

/**
 * Accepts identity assertions at the JWT bearer grant, from confidential clients alone. A client may present one again until
 * it expires: it takes the place of a refresh token. The specification is a draft, and this feature may change with it.
 *
 * @example
 * server.registerGrant(jwtBearerGrant({ issuers: {} }))
 * server.register(experimentalIdentityAssertions({ providers: { 'https://idp.example': { keys, algorithms, findPerson } } }))
 */
export function experimentalIdentityAssertions(options: IdentityAssertionOptions): Feature {
  assertOptions('experimentalIdentityAssertions', options, { providers: 'object', maxLifetime: null, leeway: null })
  const { providers, maxLifetime = 3600, leeway = 10 } = options
  for (const [issuer, provider] of Object.entries(providers)) {
    const types = { keys: 'object', algorithms: 'list', findPerson: 'function' } as const
    assertOptions(`the provider ${issuer}`, provider, types)
  }
  assertSeconds({ maxLifetime }, 1)
  assertSeconds({ leeway })

  /** @throws OAuth2Error `invalid_grant` */
  async function verified({ server }: TokenRequest, text: string): Promise<Verified> {
    const { iss = '' } = decodeUnverifiedJwt(text).claims
    const provider = Object.hasOwn(providers, iss) ? providers[iss] : undefined
    if (!provider) throw refused('unknown issuer')
    const now = server.clock()
    try {
      const { claims } = await verifyJwt<JwtClaims & JsonObject>(text, provider.keys, {
        typ: TYPE,
        issuer: iss,
        audience: server.issuer,
        soleAudience: true,
        required: ['iss', 'sub', 'aud', 'client_id', 'jti', 'exp', 'iat'],
        algorithms: provider.algorithms,
        leeway,
        clock: () => now,
      })
      if ((claims.exp ?? 0) > now + maxLifetime + leeway) throw refused('valid for too long')
      return { claims, provider }
    } catch (error) {
      if (!(error instanceof JoseError)) throw error
      if (error.code === 'key_set_unavailable') {
        throw temporarilyUnavailable('', { reason: 'keys of the identity provider', cause: error })
      }
      throw refused(error.reason ?? error.code, error)
    }
  }

  return {
    kind: 'feature',
    name: 'identity_assertions',
    settings: { maxLifetime, leeway },
    metadata: { authorization_grant_profiles_supported: [PROFILE] },
    includes: [
      {
        kind: 'extension',
        name: 'identity_assertions',
        handlers: [
          on(presentedAssertion, async ({ request, text }): Promise<IssuePlan | undefined> => {
            if (!isIdentityAssertion(text)) return undefined
            const { server, client } = request
            if (isPublicClient(client)) throw unauthorizedClient('a public client cannot present identity assertions')
            const { provider, claims } = await verified(request, text)
            if (claims['client_id'] !== client.clientId) throw refused('of another client')
            requireProof(request, claims)
            const person = await provider.findPerson({ server, client, claims })
            if (!person) throw refused('the person is not accepted')
            const scope = scopeOf(request, claims, person)
            const audience = person.audience ?? resourcesOf(claims)
            return {
              authorization: newAuthorization(request, { subject: person.subject, scope }),
              scope,
              ...(audience.length > 0 && { token: { audience } }),
            }
          }),
        ],
      },
    ],
  }
}

interface Verified {
  readonly claims: IdentityAssertion['claims']
  readonly provider: IdentityProvider
}

function isIdentityAssertion(text: string): boolean {
  try {
    return decodeUnverifiedJwt(text).header.typ === TYPE
  } catch {
    return false
  }
}

/** An assertion that is bound to a key is of use to its holder alone. */
function requireProof(request: TokenRequest, { cnf }: JsonObject): void {
  if (cnf === undefined) return
  const { jkt, ...others } = (cnf ?? {}) as JsonObject // sound: what is no object has no `jkt`, and is refused below
  const isProven = typeof jkt === 'string' && jkt === proofSlot.read(request) && Object.keys(others).length === 0
  if (!isProven) throw refused('bound to a key that the request does not prove')
}

/** Without `scope` in the request: all that the assertion, the client and the application allow. */
function scopeOf(
  { params, client }: TokenRequest,
  { scope: asserted }: JsonObject,
  { scope: most = client.scope }: IdentifiedPerson,
): readonly string[] {
  const offered = typeof asserted === 'string' ? parseScope(asserted) : client.scope
  const allowed = client.scope.filter((word) => most.includes(word) && offered.includes(word))
  if (!params.has('scope')) return allowed
  const requested = parseScope(params.get('scope'))
  if (!coversScope(allowed, requested)) throw invalidScope('the scope is more than the assertion allows')
  return requested
}

function resourcesOf({ resource = [] }: JsonObject): readonly string[] {
  const resources = Array.isArray(resource) ? resource : [resource]
  if (!resources.every((one) => typeof one === 'string' && isResourceUri(one))) throw refused('a resource is no URI')
  return resources as string[] // sound: each was tested
}

/** One wire answer for every fault of the assertion. */
function refused(reason: string, cause?: unknown): OAuth2Error {
  return invalidGrant('the assertion is not valid', { reason: `the assertion: ${reason}`, cause })
}
