/** Putting disclosures back into the places of their digests. RFC 9901 §7.1 */

import type { JwtClaims } from '../jwt/claims.ts'
import type { ClaimPath, Disclosure } from './disclosure.ts'
import { invalidSdJwt } from './errors.ts'
import { isObject } from '../shared/is-object.ts'

/** A disclosure, and where in the claims it belongs. */
export interface PlacedDisclosure extends Disclosure {
  readonly path: ClaimPath
}

export interface Revealed {
  readonly claims: JwtClaims
  readonly placed: readonly PlacedDisclosure[]
}

const MAX_DEPTH = 32

/** Throws `decode_error` when a digest is there twice, or a disclosure belongs nowhere. */
export function reveal(payload: JwtClaims, disclosures: readonly Disclosure[]): Revealed {
  const algorithm = payload['_sd_alg']
  if (algorithm !== undefined && algorithm !== 'sha-256') throw invalidSdJwt('another hash than sha-256') // §4.1.1
  const byDigest = new Map(disclosures.map((disclosure) => [disclosure.digest, disclosure]))
  const met = new Set<string>()
  const placed: PlacedDisclosure[] = []

  function find(digest: unknown): Disclosure | undefined {
    if (typeof digest !== 'string') throw invalidSdJwt('a digest is no text')
    if (met.has(digest)) throw invalidSdJwt('a digest is there twice') // §7.1 step 4
    met.add(digest)
    return byDigest.get(digest)
  }

  function walk(value: unknown, path: ClaimPath): unknown {
    if (path.length > MAX_DEPTH) throw invalidSdJwt('nested too deep')
    if (Array.isArray(value)) return walkArray(value, path)
    return isObject(value) ? walkObject(value, path) : value
  }

  function walkArray(items: readonly unknown[], path: ClaimPath): unknown[] {
    return items.flatMap((item, index) => {
      const digest = placeholderOf(item)
      if (digest === undefined) return [walk(item, [...path, index])]
      const disclosure = find(digest)
      if (disclosure === undefined) return []
      if (disclosure.name !== undefined) throw invalidSdJwt('a named disclosure in an array')
      placed.push({ ...disclosure, path: [...path, index] })
      return [walk(disclosure.value, [...path, index])]
    })
  }

  function walkObject(
    { _sd: digests = [], ...members }: Readonly<Record<string, unknown>>,
    path: ClaimPath,
  ): Record<string, unknown> {
    if (!Array.isArray(digests)) throw invalidSdJwt('_sd is no list')
    if ('...' in members) throw invalidSdJwt('a claim of a reserved name') // §4.1
    const entries = Object.entries(members).map(([name, item]): [string, unknown] => [
      name,
      walk(item, [...path, name]),
    ])
    for (const digest of digests) {
      const disclosure = find(digest)
      if (disclosure === undefined) continue
      const { name, value } = disclosure
      if (name === undefined) throw invalidSdJwt('a nameless disclosure in an object')
      if (entries.some(([taken]) => taken === name)) throw invalidSdJwt('a disclosed claim is there already')
      placed.push({ ...disclosure, path: [...path, name] })
      entries.push([name, walk(value, [...path, name])])
    }
    return Object.fromEntries(entries)
  }

  const { _sd_alg: _, ...claims } = walkObject(payload, []) // §7.1 step 3.6: in the end, so that none is disclosed
  if (placed.length !== disclosures.length) throw invalidSdJwt('a disclosure belongs nowhere') // §7.1 step 5
  return { claims, placed }
}

/** The digest in `{"...": digest}`, which stands for an element of an array. §4.2.4.2 */
function placeholderOf(item: unknown): unknown {
  return isObject(item) && '...' in item && Object.keys(item).length === 1 ? item['...'] : undefined
}
