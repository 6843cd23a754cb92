/** Key sets, RFC 7517 §5: which keys may have made a signature. */

import type { Awaitable } from '@authlib/core'
import { JoseError } from '../errors.ts'
import type { Jwk, JwkSet } from './jwk.ts'
import { importJwkWith } from './jwk-import.ts'
import type { Key } from './key.ts'
import { type KeyExtras, keyExtras } from './extras.ts'
import { type KeyOperation, refusal } from './rules.ts'
import { isObject } from '../shared/is-object.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

/** What a header says about the key that was used. */
export interface KeyQuery {
  /** The name of the key. Default: any. */
  readonly kid?: string | undefined
  /** The algorithm it is for. */
  readonly alg: string
  /** Default `verify`. */
  readonly operation?: KeyOperation | undefined
  /** Asked about each key in place of the rules for signatures: for encryption, or rules of your own. */
  readonly fits?: ((key: Key) => boolean) | undefined
}

/** Whatever can answer the query: a {@link KeySet}, a remote one, your own. */
export interface KeySetLike {
  /** The candidates, few and fit for the algorithm; empty when there is none. */
  find(query: KeyQuery): Awaitable<readonly Key[]>
  /** Something else each time the keys change. Absent: they never do. */
  readonly revision?: number | undefined
  /** Why `find` found nothing: becomes the `reason` of `key_not_found`. */
  explain?(query: KeyQuery): string
}

export interface KeySetOptions {
  /** Signature algorithms beyond those of the library and the runtime, such as those of `@authlib/jose/extra`. */
  readonly implementations?: readonly SignatureAlgorithm[] | undefined
}

/** More than this many keys are never tried on one signature. */
const MAX_CANDIDATES = 4

interface Entry {
  readonly jwk: Jwk
  /** null: a member of the set that this library cannot use. */
  key?: Key | null | undefined
  /** Why it cannot. */
  fault?: string | undefined
}

/** The keys of one name. */
interface Group {
  readonly entries: Entry[]
  /** Answers given before, by operation and algorithm. */
  readonly found: Map<string, readonly Key[]>
}

/**
 * An immutable set. Keys are imported when first asked for, so that a set of thousands costs nothing to make.
 *
 * @example
 * const keys = KeySet.from(await (await fetch('https://as.example/jwks')).json())
 */
export class KeySet implements KeySetLike {
  readonly #extras: KeyExtras
  readonly #byKid: ReadonlyMap<string, Group>
  readonly #all: Group

  private constructor(entries: readonly Entry[], extras: KeyExtras) {
    this.#extras = extras
    this.#byKid = groupByKid(entries)
    this.#all = { entries: [...entries], found: new Map() }
  }

  /** From JSON. A key that is malformed, weak or of an unknown type is passed over: it spoils only itself. RFC 7517 §5 */
  static from(jwks: JwkSet, { implementations = [] }: KeySetOptions = {}): KeySet {
    const extras = keyExtras(implementations)
    const keys: unknown = isObject(jwks) ? jwks.keys : undefined // it comes from the network
    if (!Array.isArray(keys)) throw new TypeError('A key set must be an object with an array of `keys`')
    const entries = keys.filter(isObject).map((jwk) => ({ jwk: { ...jwk } as Jwk })) // a copy: the caller may change its own
    return new KeySet(entries, extras)
  }

  /** From keys, private halves included. */
  static of(...keys: readonly Key[]): KeySet {
    const implementations = keys.flatMap((key) => key.extras?.implementations ?? [])
    const byName = new Map(implementations.map((item) => [item.row.alg, item])) // each key keeps its own
    return new KeySet(
      keys.map((key) => ({ jwk: key.toJSON(), key })),
      keyExtras([...byName.values()]),
    )
  }

  /** How many members it has, those passed over too. */
  get size(): number {
    return this.#all.entries.length
  }

  /** The usable keys. */
  *[Symbol.iterator](): Iterator<Key> {
    for (const entry of this.#all.entries) {
      const key = this.#imported(entry)
      if (key !== null) yield key
    }
  }

  /**
   * With a `kid`, the keys of that name; without, those that fit the algorithm, unless they are too many to try: more than
   * four. A `kid` that is not in the set finds nothing, even if some key would fit. Here `alg` may be left out: then what a
   * key is for does not matter.
   */
  find({ kid, alg, operation = 'verify', fits }: Partial<KeyQuery>): readonly Key[] {
    const { entries, found } = this.#group(kid)
    if (fits !== undefined || alg === undefined) return this.#candidates(entries, fits ?? (() => true))
    const name = `${operation} ${alg}`
    const known = found.get(name)
    if (known !== undefined) return known
    const row = this.#extras.findRow(alg)
    if (row === null) return [] // not remembered: a stranger may ask for any name
    const likely = entries.filter(({ jwk }) => jwk.kty === row.kty) // no import for what cannot fit
    const candidates = this.#candidates(likely, (key) => key.supports(alg, operation))
    found.set(name, candidates)
    return candidates
  }

  /** Why no key was found, in words for a log: no such `kid`, too many candidates, or what is wrong with each key. */
  explain({ kid, alg, operation = 'verify', fits }: KeyQuery): string {
    const { entries } = this.#group(kid)
    if (entries.length === 0)
      return kid === undefined ? 'the set is empty' : `none of the ${this.size} keys of the set has the kid`
    const faults = entries.map((entry) => {
      const key = this.#imported(entry)
      if (key === null) return `it cannot be used: ${entry.fault}`
      const row = key.findRow(alg)
      if (fits === undefined && row !== null) return refusal(key, row, operation)
      return fits?.(key) ? null : `not for ${alg}`
    })
    const fitting = faults.filter((fault) => fault === null).length
    if (fitting > 0) return `${fitting} keys fit ${alg}, and at most ${MAX_CANDIDATES} are tried: the token needs a kid`
    const listed = [...new Set(faults)].slice(0, MAX_CANDIDATES)
    return `${kid === undefined ? 'a key' : 'the kid'} is there, but ${listed.join('; ')}` // not its value: it is a stranger's
  }

  /** Public halves only; symmetric keys are left out. */
  toJSON(): JwkSet {
    return { keys: [...this].filter((key) => key.kty !== 'oct').map((key) => key.publicJwk()) }
  }

  #group(kid: string | undefined): Group {
    return (kid === undefined ? this.#all : this.#byKid.get(kid)) ?? { entries: [], found: new Map() }
  }

  /** None when there are too many to try. */
  #candidates(entries: readonly Entry[], fits: (key: Key) => boolean): readonly Key[] {
    const found: Key[] = []
    for (const entry of entries) {
      const key = this.#imported(entry)
      if (key !== null && fits(key)) found.push(key)
      if (found.length > MAX_CANDIDATES) return []
    }
    return found
  }

  #imported(entry: Entry): Key | null {
    if (entry.key === undefined) {
      try {
        entry.key = importJwkWith(entry.jwk, { implementations: this.#extras.implementations })
      } catch (error) {
        entry.key = null
        entry.fault = (error instanceof JoseError ? error.reason : undefined) ?? 'malformed'
      }
    }
    return entry.key
  }
}

function groupByKid(entries: readonly Entry[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>()
  for (const entry of entries) {
    const { kid } = entry.jwk
    if (typeof kid !== 'string') continue
    const group = groups.get(kid)
    if (group === undefined) groups.set(kid, { entries: [entry], found: new Map() })
    else group.entries.push(entry)
  }
  return groups
}
