/**
 * Client authentication by an attestation: the maker of an app vouches for each instance, which proves its own key.
 *
 * @spec draft-ietf-oauth-attestation-based-client-auth
 */

import { jsonResponse, noStore, type HttpRequest, type JsonObject, type Params } from '@authlib/core'
import { assertOptions, assertSeconds } from '@authlib/core/kit'
import {
  decodeUnverifiedJwt,
  importJwk,
  JoseError,
  jwkThumbprint,
  verifyJwt,
  type Jwk,
  type JwsAlgorithmName,
  type JwtClaims,
  type JwtPolicy,
  type Key,
  type VerificationKeys,
} from '@authlib/jose'
import { macNonces, type DpopNonces } from '../../dpop-nonce.ts'
import { DpopProofError, dpopAlgorithms, dpopVerifier } from '../../dpop-proof.ts'
import { invalidClient, OAuth2Error, temporarilyUnavailable } from '../../errors.ts'
import { storedReplays } from '../../replay-store.ts'
import type { Client } from '../contract/client.ts'
import type { ClientAuthMethod, Endpoint, Feature, Registrable } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'

export interface ClientAttestationOptions {
  /** Whose attestations are accepted: the public keys of the makers of your apps. */
  readonly attesters: VerificationKeys
  /** Signature algorithms of attestations, such as `['ES256']`. */
  readonly algorithms: readonly JwsAlgorithmName[]
  /**
   * Demands a challenge of this server in each proof, so that none can be made ahead of time. Adds the endpoint `/challenge`;
   * each answer of an endpoint that clients call brings a new one. Default false.
   */
  readonly challenge?: boolean | undefined
  /** Seconds since a proof was made. Default 300. */
  readonly maxAge?: number | undefined
  /** Seconds by which clocks may differ. Default 10. */
  readonly leeway?: number | undefined
}

/** `token_endpoint_auth_method` with a proof of its own. */
export const ATTESTATION = 'attest_jwt_client_auth'
/** `token_endpoint_auth_method` with a DPoP proof by the attested key. */
export const ATTESTATION_DPOP = 'attest_jwt_client_auth_dpop'

const ATTESTATION_TYPE = 'oauth-client-attestation+jwt'
const PROOF_TYPE = 'oauth-client-attestation-pop+jwt'
const CHALLENGE_HEADER = 'oauth-client-attestation-challenge'

/** An attestation that holds. */
interface Attested {
  readonly client: Client
  readonly key: Key
  readonly jkt: string
}

/**
 * The methods `attest_jwt_client_auth` and `attest_jwt_client_auth_dpop`. `sub` of an attestation is the `client_id`; all
 * instances of an app share it, and each has a key of its own. The specification is a draft, and this feature may change
 * with it.
 *
 * @example
 * server.register(experimentalClientAttestation({ attesters: makerKeys, algorithms: ['ES256'], challenge: true }))
 */
export function experimentalClientAttestation(options: ClientAttestationOptions): Feature {
  assertOptions('experimentalClientAttestation', options, {
    attesters: 'object',
    algorithms: 'list',
    challenge: 'boolean?',
    maxAge: null,
    leeway: null,
  })
  const { attesters, algorithms, challenge = false, maxAge = 300, leeway = 10 } = options
  assertSeconds({ maxAge }, 1)
  assertSeconds({ leeway })
  const verifyDpop = dpopVerifier({ maxAge, leeway })
  const challengesOf = (server: Server): DpopNonces | undefined =>
    challenge ? macNonces(server.mac('attestation_challenge')) : undefined

  async function attested(
    request: HttpRequest,
    server: Server,
    endpoint: string,
    method: string,
  ): Promise<Attested | null> {
    const text = request.headers.get('oauth-client-attestation')
    if (text === null) return null
    const { sub = '', cnf } = await verified(text, attesters, {
      typ: ATTESTATION_TYPE,
      anyAudience: true,
      required: ['sub', 'exp', 'cnf'],
      ...{ algorithms, leeway, clock: server.clock },
    })
    const client = await server.clients.find(sub, { endpoint })
    if (!client) throw refused('unknown client')
    const jwk = (cnf as JsonObject | null)?.['jwk'] // sound: anything else has no such member
    return client.authMethod === method || client.authMethods?.includes(method) === true
      ? { client, ...(await keyOf(jwk)) }
      : null // another method decides
  }

  /** A proof of its own, each used once. */
  const byProof: ClientAuthMethod = {
    kind: 'client_auth_method',
    method: ATTESTATION,
    provides: ['asymmetric_client_authentication'],
    async authenticate(request: HttpRequest, _params: Params, server, endpoint) {
      const proof = request.headers.get('oauth-client-attestation-pop')
      if (proof === null) return null
      const instance = await attested(request, server, endpoint, ATTESTATION)
      if (!instance) return null
      const now = server.clock()
      const claims = await verified(proof, instance.key, {
        typ: PROOF_TYPE,
        audience: server.issuer,
        soleAudience: true,
        required: ['aud', 'jti', 'iat'],
        expiryOptional: true,
        algorithms: dpopAlgorithms,
        ...{ maxAge, leeway, clock: () => now },
      })
      await requireChallenge(challengesOf(server), claims['challenge'], now)
      const replays = storedReplays(server.store, 'client_attestation')
      if (!(await replays.use(`${instance.jkt} ${claims.jti}`, now + maxAge + leeway + 1, now))) {
        throw refused('the proof was used before')
      }
      return instance.client
    },
  }

  /** The DPoP proof of the request, by the same key. */
  const byDpop: ClientAuthMethod = {
    kind: 'client_auth_method',
    method: ATTESTATION_DPOP,
    provides: ['asymmetric_client_authentication'],
    async authenticate(request: HttpRequest, _params: Params, server, endpoint) {
      const proof = request.headers.get('dpop')
      if (proof === null || request.headers.get('oauth-client-attestation-pop') !== null) return null
      const instance = await attested(request, server, endpoint, ATTESTATION_DPOP)
      if (!instance) return null
      const now = server.clock()
      try {
        const verified = await verifyDpop(proof, { method: request.method, url: server.url(endpoint), now })
        const replays = storedReplays(server.store, 'client_attestation_dpop')
        if (!(await replays.use(verified.replayId, verified.expiresAt, now))) throw refused('the proof was used before')
        if (verified.jkt !== instance.jkt) throw refused('the DPoP proof is of another key than the attestation')
      } catch (error) {
        if (!(error instanceof DpopProofError)) throw error
        throw refused(error.reason ?? error.code, error)
      }
      await requireChallenge(challengesOf(server), nonceOf(proof), now)
      return instance.client
    },
  }

  return {
    kind: 'feature',
    name: 'client_attestation',
    settings: { challenge, maxAge, leeway },
    metadata: { client_attestation_signing_alg_values_supported: [...algorithms] },
    includes: [byProof, byDpop, ...(challenge ? challengeParts(challengesOf) : [])],
  }
}

function challengeParts(challengesOf: (server: Server) => DpopNonces | undefined): readonly Registrable[] {
  const newest = (server: Server): Promise<string> | undefined => challengesOf(server)?.current(server.clock())
  const endpoint: Endpoint = {
    kind: 'endpoint',
    name: 'challenge',
    path: '/challenge',
    methods: ['POST'],
    cors: true,
    handle: async (_http, server) => jsonResponse(200, { attestation_challenge: await newest(server) }, noStore),
  }
  return [
    endpoint,
    {
      kind: 'extension',
      name: 'client_attestation_challenge',
      async responseHeaders(server) {
        const text = await newest(server)
        return text === undefined ? undefined : [[CHALLENGE_HEADER, text]]
      },
    },
  ]
}

/** @throws OAuth2Error `use_attestation_challenge` */
async function requireChallenge(challenges: DpopNonces | undefined, given: unknown, now: number): Promise<void> {
  if (!challenges) return
  if (typeof given === 'string' && (await challenges.check(given, now)) !== 'refused') return
  throw new OAuth2Error('use_attestation_challenge', 'the proof needs a challenge of this server', {
    headers: [[CHALLENGE_HEADER, await challenges.current(now)]],
  })
}

async function verified(text: string, keys: VerificationKeys, policy: JwtPolicy): Promise<JwtClaims & JsonObject> {
  try {
    return (await verifyJwt<JwtClaims & JsonObject>(text, keys, policy)).claims
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    if (error.code === 'key_set_unavailable')
      throw temporarilyUnavailable('', { reason: 'keys of the attester', cause: error })
    throw refused(error.reason ?? error.code, error)
  }
}

/** A public key of the instance, and its thumbprint. */
async function keyOf(jwk: unknown): Promise<{ key: Key; jkt: string }> {
  if (typeof jwk !== 'object' || jwk === null) throw refused('cnf has no jwk')
  const given = jwk as Jwk // sound: importJwk judges every member
  if (['d', 'k', 'p', 'q', 'priv'].some((member) => member in jwk)) throw refused('cnf has a key that is not public')
  try {
    return { key: importJwk(given), jkt: await jwkThumbprint(given) }
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    throw refused('the key of cnf cannot be used', error)
  }
}

function nonceOf(proof: string): unknown {
  return (decodeUnverifiedJwt(proof).claims as JsonObject)['nonce'] // it was verified before
}

function refused(reason: string, cause?: unknown): OAuth2Error {
  return invalidClient('', { reason: `the client attestation: ${reason}`, cause })
}
