/**
 * Tokens that are bound to a key of the client, which proves with each request that it holds it.
 *
 * @spec RFC 9449 §7
 */

import { constantTimeEqual, type HttpHeader, type HttpRequest } from '@authlib/core'
import { parseAuthorization, requestPath, refuseUnknownOptions } from '@authlib/core/kit'
import {
  dpopAlgorithms,
  DpopProofError,
  dpopVerifier,
  nonceDemand,
  type DpopProof,
  type DpopProofOptions,
} from '../dpop-proof.ts'
import { memoryReplays, type ReplayStore } from '../replay-store.ts'
import { invalidToken, ResourceError } from './bearer-errors.ts'
import { readBoundedToken } from './bearer.ts'
import type { PresentedToken, TokenScheme } from './token-scheme.ts'

const scheme = 'DPoP'

export interface DpopOptions extends DpopProofOptions {
  /** Remembers proofs, so that each is accepted once. Default: in the memory of this process, {@link memoryReplays}. */
  readonly replays?: ReplayStore | undefined
  /**
   * The URL of a request, as clients write it into `htu`. Default: the origin of the protector's `resource` and the path
   * of the request. Set it when a proxy changes the path, or `resource` is not a URL.
   */
  readonly url?: ((request: HttpRequest) => string) | undefined
  /** Longest token accepted, in characters. Default 16384. */
  readonly maxLength?: number | undefined
}

const PROOF_OPTIONS: Readonly<Record<keyof DpopProofOptions, true>> = {
  algorithms: true,
  maxAge: true,
  leeway: true,
  nonces: true,
}

/**
 * The `DPoP` scheme: a token bound by `cnf.jkt`, with a proof of that key in the `DPoP` header. Register it beside
 * `bearer()` to take both kinds of tokens; a bound token is never accepted as Bearer.
 *
 * @example
 * new ResourceProtector({ resource, validators, schemes: [bearer(), dpop()] })
 */
export function dpop({ replays = memoryReplays(), url, maxLength, ...options }: DpopOptions = {}): TokenScheme {
  refuseUnknownOptions('dpop', options, PROOF_OPTIONS)
  const { algorithms = dpopAlgorithms, nonces } = options
  const verify = dpopVerifier(options)

  async function check(request: HttpRequest, presented: PresentedToken): Promise<DpopProof> {
    const proof = request.headers.get('dpop')
    const now = presented.clock()
    if (proof === null) {
      throw nonces === undefined ? missingProof() : await nonceDemand(nonces, now)
    }
    const target = url?.(request) ?? resourceUrl(request, presented.resource)
    return verify(proof, { method: request.method, url: target, now, accessToken: presented.text })
  }

  return {
    scheme,
    params: { algs: algorithms.join(' ') }, // §7.1
    confirms: ['jkt'],
    read(request) {
      const credentials = parseAuthorization(request.headers.get('authorization'))
      if (credentials?.scheme !== 'dpop') return undefined
      return readBoundedToken(credentials.value, scheme, maxLength)
    },
    async confirm({ claims, tokenType }, request, presented) {
      const cnf = claims['cnf'] as { readonly jkt?: unknown } | undefined
      const jkt = cnf?.jkt
      if (typeof jkt !== 'string') throw invalidToken('the token is not bound to a DPoP key') // §7.1
      if (!['dpop', 'bearer'].includes(tokenType.toLowerCase())) throw invalidToken('the token is of another type')
      const proof = await check(request, presented).catch(refuse)
      if (!constantTimeEqual(jkt, proof.jkt)) throw invalidToken('the proof is of another key')
      if (!(await replays.use(proof.replayId, proof.expiresAt, presented.clock()))) {
        throw proofError('invalid_dpop_proof', 'the proof was used before') // §11.1
      }
      return proof.nextNonce === undefined ? undefined : { headers: [nonceHeader(proof.nextNonce)] }
    },
  }
}

/** @throws TypeError when the resource says no origin */
function resourceUrl(request: HttpRequest, resource: string): string {
  if (!URL.canParse(resource) || new URL(resource).origin === 'null') {
    throw new TypeError(`dpop() needs the option url: the resource ${JSON.stringify(resource)} is not an https URL`)
  }
  return new URL(resource).origin + requestPath(request)
}

function missingProof(): ResourceError {
  return proofError('invalid_dpop_proof', 'the request has no DPoP header')
}

function refuse(error: unknown): never {
  if (!(error instanceof DpopProofError)) throw error
  const headers = error.nonce === undefined ? [] : [nonceHeader(error.nonce)]
  throw proofError(error.code, error.reason ?? '', headers, error.cause)
}

/** 401 with the code in the challenge. §7.1, §9 */
function proofError(
  code: 'invalid_dpop_proof' | 'use_dpop_nonce',
  reason: string,
  headers: readonly HttpHeader[] = [],
  cause?: unknown,
): ResourceError {
  const message =
    code === 'use_dpop_nonce' ? 'The DPoP proof must carry the nonce of this answer' : 'Invalid DPoP proof'
  return new ResourceError(code, message, { status: 401, reason, headers, cause, scheme })
}

const nonceHeader = (nonce: string): HttpHeader => ['dpop-nonce', nonce]
