/**
 * Access tokens bound to a key of the client, which proves with each request that it holds it.
 *
 * @spec RFC 9449
 */

import { constantTimeEqual, type HttpHeader } from '@authlib/core'
import { assertSeconds, refuseUnknownOptions } from '@authlib/core/kit'
import { macNonces, type DpopNonces } from '../../dpop-nonce.ts'
import {
  dpopAlgorithms,
  DpopProofError,
  dpopVerifier,
  nonceDemand,
  type DpopProof,
  type DpopProofOptions,
  type DpopVerifier,
} from '../../dpop-proof.ts'
import { invalidGrant, invalidRequest, OAuth2Error } from '../../errors.ts'
import { storedReplays, type ReplayStore } from '../../replay-store.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import { isPublicClient } from '../contract/client.ts'
import type { Slot } from '../contract/authorization.ts'
import type { Extension } from '../contract/extension.ts'
import type { ClientRequest, TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { slot } from '../records/authorization.ts'
import { endpointUrls } from '../records/endpoint-urls.ts'
import { proofSlot } from '../records/sender-key.ts'

export interface DpopOptions extends Pick<DpopProofOptions, 'algorithms' | 'maxAge' | 'leeway'> {
  /** Refuses token requests without a proof. Default: only those of clients with `dpop_bound_access_tokens`. */
  readonly required?: boolean | undefined
  /** Demands a nonce of this server in each proof, so that none can be made ahead of time. §8. Default false. */
  readonly nonce?: boolean | undefined
  /** Seconds after which a new nonce is handed out; the one before is accepted as long again. Default 300. */
  readonly nonceInterval?: number | undefined
  /** Remembers proofs, each of which is accepted once. Default: in the server's store. */
  readonly replays?: ReplayStore | undefined
}

const boundTokens = clientMember('dpop_bound_access_tokens', memberTypes.boolean)

/** The key that a code is bound to. §10 */
const codeKeySlot: Slot<string> = slot<string>('dpopCodeKey')
/** The key that the refresh tokens of a public client are bound to. §5 */
const refreshKeySlot: Slot<string> = slot<string>('dpopRefreshKey')

const PUSHED = 'pushed_authorization_request'

const PROOF_OPTIONS: Readonly<Record<keyof Pick<DpopProofOptions, 'algorithms' | 'maxAge' | 'leeway'>, true>> = {
  algorithms: true,
  maxAge: true,
  leeway: true,
}

/**
 * DPoP at the token endpoint and where requests are pushed. Tokens are bound to the key of the proof, refresh tokens of
 * public clients too, and a code to the `dpop_jkt` of its request. Register it for the whole server.
 *
 * @example
 * server.register(dpop({ nonce: true }))
 */
export function dpop({
  required = false,
  nonce = false,
  nonceInterval = 300,
  replays,
  ...options
}: DpopOptions = {}): Extension {
  refuseUnknownOptions('dpop', options, PROOF_OPTIONS)
  assertSeconds({ nonceInterval }, 1)
  assertSeconds({ maxAge: options.maxAge, leeway: options.leeway })
  const { algorithms = dpopAlgorithms } = options
  const parts = new WeakMap<Server, { readonly nonces: DpopNonces | undefined; readonly verify: DpopVerifier }>()

  function partsOf(server: Server) {
    const known = parts.get(server)
    if (known) return known
    const nonces = nonce ? macNonces(server.mac('dpop_nonce'), nonceInterval) : undefined
    const made = { nonces, verify: dpopVerifier({ ...options, nonces }) }
    parts.set(server, made)
    return made
  }

  async function receive({ server, http, endpoint, now }: ClientRequest): Promise<DpopProof | null> {
    const header = http.headers.get('dpop')
    if (header === null) return null
    const { verify } = partsOf(server)
    const proof = await verify(header, { method: http.method, url: endpointUrls(server, endpoint), now }).catch(refuse)
    const memory = replays ?? storedReplays(server.store, 'dpop')
    if (!(await memory.use(proof.replayId, proof.expiresAt, now))) throw invalidProof('the proof was used before') // §11.1
    return proof
  }

  async function demand({ server, now }: ClientRequest, reason: string): Promise<never> {
    const { nonces } = partsOf(server)
    if (nonces) refuse(await nonceDemand(nonces, now))
    throw invalidRequest(reason) // a parameter is missing (RFC 6749 §5.2); §5 has invalid_dpop_proof for one that is there
  }

  return {
    kind: 'extension',
    name: 'dpop',
    provides: ['sender_constraint'],
    settings: { required, nonce, leeway: options.leeway },
    metadata: { dpop_signing_alg_values_supported: algorithms },

    async receiveClientRequest(request) {
      const { endpoint, client, params } = request
      if (endpoint !== 'token' && endpoint !== PUSHED) return undefined
      const proof = await receive(request)
      if (proof === null) {
        const bound = endpoint === 'token' && (required || boundTokens.read(client) === true)
        return bound ? demand(request, 'the request has no DPoP header') : undefined
      }
      if (endpoint === 'token') return { data: proofSlot.write(proof.jkt) }
      const asked = params.get('dpop_jkt')
      if (asked !== undefined && asked !== proof.jkt) throw invalidRequest('dpop_jkt is not the key of the proof') // §10.1
      return { data: proofSlot.write(proof.jkt), params: params.with({ dpop_jkt: proof.jkt }) } // with the pushed parameters
    },

    async responseHeaders(server, endpoint): Promise<readonly HttpHeader[] | undefined> {
      if (!nonce || (endpoint !== 'token' && endpoint !== PUSHED)) return undefined
      const { nonces } = partsOf(server)
      return nonces && [['dpop-nonce', await nonces.current(server.clock())]] // §8.2
    },

    validateAuthorizationRequest({ params }) {
      const jkt = params.get('dpop_jkt')
      if (jkt !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(jkt)) throw invalidRequest('dpop_jkt is malformed') // §10
    },

    authorizing({ params }) {
      const jkt = params.get('dpop_jkt')
      return jkt === undefined ? undefined : { data: codeKeySlot.write(jkt) }
    },

    async validateTokenRequest(request, authorization) {
      const expected = expectedKey(request, authorization)
      if (expected === undefined) return
      const proven = proofSlot.read(request)
      if (proven === undefined) return demand(request, 'the grant is bound to a DPoP key') // the client may try again
      if (!constantTimeEqual(proven, expected)) throw invalidGrant('the DPoP proof is of another key')
    },

    issuing(_draft, request) {
      const jkt = request.kind === 'token' ? proofSlot.read(request) : undefined
      return jkt === undefined ? undefined : { tokenType: 'DPoP', confirmation: { jkt } }
    },

    tokenResponse({ plan, params }, request) {
      if (request.kind !== 'token' || !isPublicClient(request.client)) return undefined
      const jkt = proofSlot.read(request)
      const first = params['refresh_token'] !== undefined && refreshKeySlot.read(plan.authorization) === undefined
      // A confidential client proves itself at each refresh; the refresh token of a public one is bound to the key. §5
      return jkt !== undefined && first ? { update: { data: refreshKeySlot.write(jkt) } } : undefined
    },
  }
}

function expectedKey(
  { grantType }: TokenRequest,
  authorization: Parameters<Slot<string>['read']>[0],
): string | undefined {
  if (grantType === 'authorization_code') return codeKeySlot.read(authorization)
  return grantType === 'refresh_token' ? refreshKeySlot.read(authorization) : undefined
}

function refuse(error: unknown): never {
  if (!(error instanceof DpopProofError)) throw error
  const { code, reason, nonce, cause } = error
  const headers: readonly HttpHeader[] = nonce === undefined ? [] : [['dpop-nonce', nonce]]
  const description =
    code === 'use_dpop_nonce'
      ? 'the DPoP proof must carry the nonce of this answer'
      : `invalid DPoP proof: ${reason ?? ''}`
  throw new OAuth2Error(code, description, { headers, reason, cause }) // §5, §8
}

function invalidProof(reason: string): OAuth2Error {
  return new OAuth2Error('invalid_dpop_proof', reason, { reason })
}
