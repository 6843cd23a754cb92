/** A verifier that remembers tokens whose signature held: for resource servers that see the same token again and again. */

import { systemClock } from '@authlib/core'
import { recentMap } from '@authlib/core/kit'
import { checkClaims, type JwtClaims, type JwtPolicy } from './claims.ts'
import { deepFreeze } from './deep-freeze.ts'
import type { VerificationKeys } from '../jws/signature.ts'
import { type VerifiedJwt, verifyJwt } from './signed.ts'

export interface CachedVerifierOptions {
  /** Seconds a signature counts as checked. A key that is withdrawn keeps its tokens alive as long. Default and most 60. */
  readonly maxAge?: number | undefined
  /** About how many tokens are remembered. Default 2,000. */
  readonly size?: number | undefined
}

/** Verifies tokens of one policy, those it has seen lately without checking their signature again. */
export interface CachedVerifier<C> {
  /** As `verifyJwt`. What it returns is frozen, since it is handed out again. */
  verify(token: string): Promise<VerifiedJwt<C>>
  /** Forgets a token, as when it was revoked. */
  delete(token: string): void
}

interface Entry<C> {
  readonly verified: VerifiedJwt<C>
  /** The clock when the signature was checked. */
  readonly since: number
}

/**
 * One cache for one policy. The key is the whole text of the token, so that nothing can be taken for another; failures are
 * never remembered; claims are checked afresh on every hit, times above all; a changed key set empties it.
 *
 * @example
 * const verify = cachedVerifier(keys, { algorithms: ['RS256'], issuer, audience })
 * const { claims } = await verify.verify(token)
 */
export function cachedVerifier<C = JwtClaims>(
  keys: VerificationKeys,
  policy: JwtPolicy,
  { maxAge = 60, size = 2000 }: CachedVerifierOptions = {},
): CachedVerifier<C> {
  if ('schema' in policy) throw new TypeError('A cached verifier takes no schema') // a hit checks what it hands out
  const clock = policy.clock ?? systemClock
  const lifetime = Math.min(maxAge, 60)
  let entries = recentMap<Entry<C>>(size)
  let revision = revisionOf(keys)

  function find(token: string): Entry<C> | undefined {
    if (revisionOf(keys) !== revision) {
      revision = revisionOf(keys)
      entries = recentMap(size)
    }
    const entry = entries.get(token)
    if (entry === undefined) return undefined
    const age = clock() - entry.since
    return age >= 0 && age < lifetime ? entry : undefined // a clock may be set back
  }

  return {
    async verify(token) {
      const entry = find(token)
      if (entry !== undefined) {
        checkClaims(entry.verified.claims as JwtClaims, policy, entry.verified.header) // as they were at first: no schema here
        return entry.verified
      }
      const before = revisionOf(keys)
      const verified = await verifyJwt<C>(token, keys, policy)
      const frozen = Object.freeze({
        ...verified,
        header: deepFreeze(verified.header),
        claims: deepFreeze(verified.claims),
      })
      if (before !== revisionOf(keys)) return frozen // perhaps by a key that has gone
      entries.set(token, { verified: frozen, since: clock() })
      return frozen
    },
    delete(token) {
      entries.delete(token)
    },
  }
}

function revisionOf(keys: VerificationKeys): unknown {
  return 'revision' in keys ? keys.revision : undefined
}
