/** DPoP at the fake provider, written apart from the library. RFC 9449. */

import { createHash, createPublicKey, randomBytes, verify, type JsonWebKey } from 'node:crypto'
import type { Clock } from '@authlib/core'

export interface FakeDpop {
  /** The answer to a request whose proof will not do, or null. */
  refusal(request: Request, at: 'token' | 'api'): Response | null
  /** RFC 7638 thumbprint of the key of the proof. */
  thumbprint(request: Request): string | undefined
}

interface Proof {
  readonly jwk: JsonWebKey & { readonly crv: string; readonly kty: string; readonly x: string; readonly y: string }
  readonly claims: { readonly htm: string; readonly htu: string; readonly iat: number; readonly nonce?: string }
}

/** With `nonce`, each nonce is good for one proof. ES256 only. */
export function fakeDpop({ nonce, clock }: { readonly nonce: boolean; readonly clock: Clock }): FakeDpop {
  let expected = newNonce()
  const verdicts = new WeakMap<Request, Response | null>()

  function judge(request: Request, at: 'token' | 'api'): Response | null {
    const proof = readProof(request)
    if (proof === null) return refuse('invalid_dpop_proof', at)
    const { htm, htu, iat } = proof.claims
    const [address] = request.url.split('?')
    if (htm !== request.method || htu !== address || Math.abs(iat - clock()) > 60)
      return refuse('invalid_dpop_proof', at)
    if (!nonce) return null
    const fits = proof.claims.nonce === expected
    expected = newNonce()
    return fits ? null : refuse('use_dpop_nonce', at, expected)
  }

  return {
    refusal(request, at) {
      const known = verdicts.get(request)
      if (known !== undefined) return known
      const verdict = judge(request, at)
      verdicts.set(request, verdict)
      return verdict
    },
    thumbprint(request) {
      const proof = readProof(request)
      if (proof === null) return undefined
      const { crv, kty, x, y } = proof.jwk
      return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
    },
  }
}

/** §4.3: signed by the key that it carries. */
function readProof(request: Request): Proof | null {
  const [header = '', payload = '', signature = ''] = (request.headers.get('dpop') ?? '').split('.')
  try {
    const { typ, alg, jwk } = decode(header) as { typ: string; alg: string; jwk: Proof['jwk'] } // checked in the next lines
    if (typ !== 'dpop+jwt' || alg !== 'ES256') return null
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const input = Buffer.from(`${header}.${payload}`)
    const good = verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
    return good ? { jwk, claims: decode(payload) as Proof['claims'] } : null // the comparisons fail where it has others
  } catch {
    return null
  }
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

function newNonce(): string {
  return randomBytes(12).toString('base64url')
}

function refuse(error: string, at: 'token' | 'api', nonce?: string): Response {
  const headers: Record<string, string> = nonce === undefined ? {} : { 'dpop-nonce': nonce }
  if (at === 'token') return Response.json({ error }, { status: 400, headers })
  return new Response(null, { status: 401, headers: { ...headers, 'www-authenticate': `DPoP error="${error}"` } })
}
