/**
 * DPoP proofs, as authorization servers and resource servers verify them.
 *
 * @spec RFC 9449 §4.3
 */

import { AuthlibError, constantTimeEqual } from '@authlib/core'
import { assertSeconds, recentMap, sha256Base64url } from '@authlib/core/kit'
import {
  dpopProofPolicy,
  importJwk,
  JoseError,
  jwkThumbprint,
  verifyJwt,
  type Jwk,
  type JwsAlgorithmName,
  type JwsHeader,
  type Key,
} from '@authlib/jose'
import type { DpopNonces } from './dpop-nonce.ts'

/** Algorithms that proofs may be signed with by default: asymmetric ones that every runtime has. */
export const dpopAlgorithms: readonly JwsAlgorithmName[] = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256']

export interface DpopProofOptions {
  /** Algorithms to accept. Default: {@link dpopAlgorithms}. */
  readonly algorithms?: readonly JwsAlgorithmName[] | undefined
  /** Seconds since the proof was made. With `nonces` the age of the nonce counts instead. Default 300. */
  readonly maxAge?: number | undefined
  /** Seconds by which clocks may differ. Default 10, as FAPI 2.0 Security Profile §5.3.2.1 demands. */
  readonly leeway?: number | undefined
  /** Demands a nonce. Default: none is asked for. §8, §9 */
  readonly nonces?: DpopNonces | undefined
}

/** What the proof has to be for. */
export interface DpopExpectation {
  readonly method: string
  /** The URL of the request, or all that it may have been sent to; query and fragment do not count. */
  readonly url: string | readonly string[]
  readonly now: number
  /** The access token that comes with it, at a resource server. */
  readonly accessToken?: string | undefined
}

/** A proof that holds. */
export interface DpopProof {
  /** The thumbprint of the key, as in `cnf`. */
  readonly jkt: string
  /** What must be used once, and until when it must be remembered. */
  readonly replayId: string
  readonly expiresAt: number
  /** A nonce to tell the client, when the one it used is no longer the newest. §8.2 */
  readonly nextNonce?: string | undefined
}

/** Why a proof is refused. Each role answers it in its own form. */
export class DpopProofError extends AuthlibError {
  declare readonly code: 'invalid_dpop_proof' | 'use_dpop_nonce'
  /** For the `DPoP-Nonce` header. */
  readonly nonce: string | undefined

  constructor(code: 'invalid_dpop_proof' | 'use_dpop_nonce', reason: string, nonce?: string, cause?: unknown) {
    const message = code === 'use_dpop_nonce' ? 'The DPoP proof needs a nonce of this server' : 'Invalid DPoP proof'
    super(code, message, { status: 400, reason, cause })
    this.nonce = nonce
  }
}

/** Verifies the value of a `DPoP` header. */
export type DpopVerifier = (proof: string, expected: DpopExpectation) => Promise<DpopProof>

/**
 * A verifier. Keys of proofs that held are kept imported.
 *
 * @throws DpopProofError from the verifier
 */
export function dpopVerifier({
  algorithms = dpopAlgorithms,
  maxAge = 300,
  leeway = 10,
  nonces,
}: DpopProofOptions = {}): DpopVerifier {
  assertSeconds({ maxAge, leeway })
  const keys = recentMap<{ readonly key: Key; readonly jkt: string }>(1000)
  const bounds = nonces === undefined ? { maxAge, leeway } : { maxAge: DAY, leeway: DAY }

  /** Nothing here costs more than a hash and an import: no one has signed anything yet. */
  async function readKey({ jwk }: JwsHeader): Promise<{ key: Key; jkt: string }> {
    if (!isPublicJwk(jwk)) throw invalidProof('jwk is not a public key') // §4.3 item 7
    const jkt = await jwkThumbprint(jwk)
    return keys.get(jkt) ?? { key: importJwk(materialOf(jwk)), jkt }
  }

  async function verify(proof: string, now: number): Promise<{ claims: ProofClaims; jkt: string }> {
    let own: { key: Key; jkt: string } | undefined
    const resolve = async (header: JwsHeader): Promise<Key> => (own = await readKey(header)).key
    const policy = { ...dpopProofPolicy({ ...bounds, algorithms, clock: () => now }), maxSize: MAX_SIZE }
    try {
      const { claims } = await verifyJwt<ProofClaims>(proof, resolve, policy)
      keys.set(own!.jkt, own!) // `resolve` ran: the signature holds for its key
      return { claims, jkt: own!.jkt }
    } catch (error) {
      if (error instanceof JoseError) throw invalidProof(error.reason ?? error.code, error)
      throw error
    }
  }

  return async (proof, { method, url, now, accessToken }) => {
    if (proof.includes(',')) throw invalidProof('several proofs') // §4.3 item 1
    const { claims, jkt } = await verify(proof, now)
    const { htm, htu, ath, jti, nonce, iat } = claims
    if (htm !== method) throw invalidProof('htm is another method') // items 8
    const urls = (typeof url === 'string' ? [url] : url).map(comparableUrl)
    if (typeof htu !== 'string' || !urls.includes(comparableUrl(htu))) throw invalidProof('htu is another URL') // item 9
    if (typeof jti !== 'string') throw invalidProof('jti is not a string')
    if (accessToken !== undefined) {
      const hash = await sha256Base64url(accessToken)
      if (typeof ath !== 'string' || !constantTimeEqual(ath, hash)) throw invalidProof('ath is of another token') // item 12
    }
    const replayId = `${jkt} ${jti}`
    if (nonces === undefined) return { jkt, replayId, expiresAt: iat + maxAge + leeway + 1 }
    const verdict = typeof nonce === 'string' ? await nonces.check(nonce, now) : 'refused' // item 10
    if (verdict === 'refused') throw await nonceDemand(nonces, now)
    const nextNonce = verdict === 'old' ? await nonces.current(now) : undefined
    return { jkt, replayId, expiresAt: now + nonces.lifetime, nextNonce }
  }
}

/** The refusal of a request that lacks a nonce, with one to use. §8 */
export async function nonceDemand(nonces: DpopNonces, now: number): Promise<DpopProofError> {
  return new DpopProofError('use_dpop_nonce', 'no nonce that is accepted now', await nonces.current(now))
}

/** @see DpopProofError */
function invalidProof(reason: string, cause?: unknown): DpopProofError {
  return new DpopProofError('invalid_dpop_proof', reason, undefined, cause)
}

type ProofClaims = {
  readonly iat: number // a number: the policy demands it
  readonly jti?: unknown
  readonly htm?: unknown
  readonly htu?: unknown
  readonly ath?: unknown
  readonly nonce?: unknown
}

const DAY = 86_400

/** Characters of a proof. An RSA key of 4,096 bits and its signature need 1,500. */
const MAX_SIZE = 4096

/** What only the owner of a key has. Refused by name, before anything reads a value. */
const privateNames = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

function isPublicJwk(jwk: unknown): jwk is Jwk {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return false
  const { kty, n } = jwk as { kty?: unknown; n?: unknown }
  if (typeof kty !== 'string' || privateNames.some((name) => name in jwk)) return false
  return typeof n !== 'string' || n.length <= 700 // RSA of at most 4,096 bits: each verification costs
}

/** The members of the thumbprint: what else the sender wrote must not decide about a key that is kept. */
function materialOf({ kty, crv, x, y, n, e }: Jwk): Jwk {
  return Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined)) as Jwk // sound: kty is there
}

/**
 * Scheme, authority and path after the normalisation of RFC 3986 §6.2.2 and §6.2.3, which §4.3 asks for: letters that
 * were escaped without need are plain, escapes are in capitals.
 */
function comparableUrl(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, host, pathname } = new URL(url)
  const path = pathname.replace(/%[\da-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase()
  })
  return `${protocol}//${host}${path}`
}
