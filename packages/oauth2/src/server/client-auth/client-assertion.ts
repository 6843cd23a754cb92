/**
 * JWTs by which clients prove who they are.
 *
 * @spec RFC 7521 §4.2
 * @spec RFC 7523 §2.2 §3
 */

import type { Params } from '@authlib/core'
import { assertSeconds, refuseUnknownOptions } from '@authlib/core/kit'
import {
  clientAssertionPolicy,
  decodeUnverifiedJwt,
  findJwsRow,
  JoseError,
  verifyJwt,
  type JwtClaims,
  type JwtPolicy,
  type VerificationKeys,
} from '@authlib/jose'
import { invalidClient, invalidRequest, OAuth2Error } from '../../errors.ts'
import { storedReplays, type ReplayStore } from '../../replay-store.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import type { Client } from '../contract/client.ts'
import type { Server } from '../contract/server.ts'
import { endpointUrls } from '../records/endpoint-urls.ts'

export interface ClientAssertionOptions {
  /**
   * What `aud` may name. `issuer`: the issuer alone, as FAPI 2.0 demands. `issuer_or_endpoint`: also the URL of the token
   * endpoint, or of the one that is called, as many clients send. Always as the only audience. Default `issuer_or_endpoint`.
   */
  readonly audience?: 'issuer' | 'issuer_or_endpoint' | undefined
  /** Signature algorithms to accept. Default: every one of the method. */
  readonly algorithms?: readonly string[] | undefined
  /** Seconds by which clocks may differ. Default 10, as FAPI 2.0 Security Profile §5.3.2.1 demands. */
  readonly leeway?: number | undefined
  /** Seconds for which an assertion may be valid, so that it need not be remembered for longer. Default 3600. */
  readonly maxLifetime?: number | undefined
  /** Remembers assertions, each of which is accepted once. Default: in the server's store. */
  readonly replays?: ReplayStore | undefined
}

/** An assertion of a client, not verified yet. */
export interface UnverifiedAssertion {
  readonly text: string
  readonly clientId: string
  readonly alg: string
}

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const LIMIT = 16_384

/** Whether an algorithm is one of a shared secret. */
export function isHmac(alg: string): boolean {
  return findJwsRow(alg)?.kty === 'oct'
}

/** Null when the request carries none. @throws OAuth2Error `invalid_client`, `invalid_request` */
export function readAssertion(params: Params): UnverifiedAssertion | null {
  const text = params.get('client_assertion')
  const type = params.get('client_assertion_type')
  if (text === undefined && type === undefined) return null
  if (text === undefined) throw invalidRequest('client_assertion is missing')
  if (type !== TYPE) throw invalidClient('client_assertion_type is not supported') // RFC 7521 §4.2
  const { clientId, alg } = namesOf(text)
  if (typeof clientId !== 'string' || clientId === '' || clientId.includes('\0')) throw refused('sub is missing')
  const given = params.get('client_id')
  if (given !== undefined && given !== clientId) throw refused('client_id of another client') // RFC 7521 §4.2
  return { text, clientId, alg }
}

function namesOf(text: string): { clientId: unknown; alg: string } {
  if (text.length > LIMIT) throw refused('the assertion is too long')
  try {
    const { header, claims } = decodeUnverifiedJwt(text)
    return { clientId: claims.sub, alg: header.alg }
  } catch (error) {
    throw refused('the assertion is not a JWT', error)
  }
}

const signingAlg = clientMember('token_endpoint_auth_signing_alg', memberTypes.string)

/** Verifies assertions by keys that a method finds. The client is the one it names. */
export function assertionVerifier({
  audience = 'issuer_or_endpoint',
  algorithms,
  leeway = 10,
  maxLifetime = 3600,
  replays,
  ...others
}: ClientAssertionOptions) {
  refuseUnknownOptions('Client authentication by a JWT', others)
  assertSeconds({ leeway, maxLifetime })
  return async (
    assertion: UnverifiedAssertion,
    client: Client,
    keys: VerificationKeys,
    supported: readonly string[],
    { server, endpoint }: { readonly server: Server; readonly endpoint: string },
  ): Promise<void> => {
    const registered = signingAlg.read(client)
    const accepted = registered === undefined ? (algorithms ?? supported) : [registered]
    const now = server.clock()
    const policy = {
      ...clientAssertionPolicy({
        clientId: client.clientId,
        audience: audience === 'issuer' ? [server.issuer] : [server.issuer, ...urlsOf(server, endpoint)],
        algorithms: accepted.filter((alg) => supported.includes(alg)),
        leeway,
        clock: () => now,
      }),
    }
    const { aud, exp = 0, jti = '' } = await verify(assertion.text, keys, policy)
    const isSole = typeof aud === 'string' || (audience !== 'issuer' && aud?.length === 1) // RFC 7519 §4.1.3
    if (!isSole) throw refused('the assertion: aud is a list') // of two audiences one would replay it at the other
    if (exp > now + maxLifetime + leeway) throw refused('the assertion is valid for too long')
    const memory = replays ?? storedReplays(server.store, 'client_assertion')
    if (!(await memory.use(`${client.clientId} ${jti}`, exp + leeway + 1, now))) {
      throw refused('the assertion was used before') // RFC 7523 §3 item 7
    }
  }
}

async function verify(text: string, keys: VerificationKeys, policy: JwtPolicy): Promise<JwtClaims> {
  if (policy.algorithms?.length === 0) throw refused('the registered algorithm is not one of this method')
  try {
    return (await verifyJwt(text, keys, policy)).claims
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    if (error.code === 'key_set_unavailable') {
      throw new OAuth2Error('temporarily_unavailable', '', {
        status: 503,
        reason: 'jwks_uri of the client',
        cause: error,
      })
    }
    throw refused(`the assertion: ${error.reason ?? error.code}`, error)
  }
}

function urlsOf(server: Server, endpoint: string): readonly string[] {
  return [...new Set(['token', endpoint])].flatMap((name) => endpointUrls(server, name))
}

function refused(reason: string, cause?: unknown): OAuth2Error {
  return invalidClient('', { reason, cause })
}
