/**
 * Signing keys that live in the store, sealed, and rotate by themselves: next (published, unused) → active → retiring
 * (published) → gone. What a key is follows from the clock and its successor alone, so that all processes agree.
 */

import { AuthlibError, type Clock, NEVER, type Random, type Store, systemClock } from '@authlib/core'
import { assertSeconds, createSealer, decodeUtf8, refuseUnknownOptions } from '@authlib/core/kit'
import type { JwsAlgorithmName } from '../shared/algorithm-name.ts'
import type { Jwk, JwkSet } from './jwk.ts'
import { importJwkWith } from './jwk-import.ts'
import type { Key } from './key.ts'
import { generateKey } from './generate.ts'
import { KeySet, type KeyQuery, type KeySetLike } from './key-set.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'
import { noSigningKey, type SigningKeys } from './signing-keys.ts'

export interface StoredKeysOptions {
  /** Where the keys are kept, sealed. */
  readonly store: Store
  /** Seal the keys in the store: the first one seals, all of them open. At least 32 characters each. */
  readonly secrets: readonly string[]
  /** One pair of keys is kept for each; the first is preferred. Default `['ES256']`. */
  readonly algorithms?: readonly JwsAlgorithmName[] | undefined
  /** Keeps the keys of several issuers in one store apart. Default `default`. */
  readonly name?: string | undefined
  /** Seconds a key signs before the next one takes over. Default 7,776,000 (90 days). */
  readonly lifetime?: number | undefined
  /** Seconds a key stays published after it has signed for the last time: no token may live longer. Default 604,800. */
  readonly retention?: number | undefined
  /**
   * Seconds after which the store is asked again for what another process did. Default 60. A token with an unknown `kid` makes
   * it ask at once, every two seconds at most.
   */
  readonly refresh?: number | undefined
  /** Signature algorithms beyond those of the library and the runtime, such as those of `@authlib/jose/extra`. */
  readonly implementations?: readonly SignatureAlgorithm[] | undefined
  /** Seconds since 1970. Default: the clock of the machine. */
  readonly clock?: Clock | undefined
  /** Default: that of the runtime. */
  readonly random?: Random | undefined
}

/** Signing keys of a store. */
export interface StoredKeys extends SigningKeys {
  /** Lets the next key take over now, and publishes another one to come. */
  rotate(): Promise<void>
}

/** A key as it is stored. It signs from `activeFrom` until that of its successor. */
interface Member {
  readonly jwk: Jwk
  readonly activeFrom: number
}

interface Snapshot {
  readonly revision: number
  readonly members: readonly Member[]
  readonly readAt: number
}

interface View {
  readonly active: ReadonlyMap<string, Key>
  readonly jwks: JwkSet
  readonly keySet: KeySet
  /** The view holds until then. */
  readonly until: number
}

/**
 * Signing keys that rotate by themselves, kept sealed in the store. Throws `weak_secret`. Its functions reject with
 * `unreadable_keys` when no secret opens what is there, and with `store_conflict` when they cannot write.
 *
 * @example
 * new AuthorizationServer({ issuer, store, secrets, keys: storedKeys({ store, secrets, algorithms: ['RS256'] }) })
 */
export function storedKeys({
  store,
  secrets,
  algorithms = ['ES256'],
  name = 'default',
  lifetime = 7_776_000,
  retention = 604_800,
  refresh = 60,
  implementations = [],
  clock = systemClock,
  random,
  ...others
}: StoredKeysOptions): StoredKeys {
  refuseUnknownOptions('storedKeys', others)
  assertSeconds({ lifetime }, 1)
  assertSeconds({ retention, refresh })
  const [preferred] = algorithms
  if (preferred === undefined) throw new TypeError('At least one algorithm is required')
  const partition = `signing_keys:${name}`
  const sealer = createSealer({ secrets, label: 'authlib signing keys', random })
  const imported = new Map<string, Key>()
  let current: View | undefined
  let loading: Promise<View> | undefined
  let revision = 0
  let lastSearch = -Infinity

  async function read(): Promise<Snapshot> {
    const [record] = await store.get(partition, [['signing_keys', name]])
    const now = clock()
    if (!record) return { revision: 0, members: [], readAt: now }
    const { sealed } = record.data
    const opened = typeof sealed === 'string' ? await sealer.open(sealed, partition) : null
    if (opened === null) throw unreadable()
    return { revision: record.revision, members: JSON.parse(decodeUtf8(opened)) as Member[], readAt: now } // sealed by write()
  }

  async function write(members: readonly Member[], { revision, readAt }: Snapshot): Promise<Snapshot | null> {
    const sealed = await sealer.seal(JSON.stringify(members), partition)
    const put = {
      kind: 'signing_keys',
      id: name,
      partition,
      revision: revision + 1,
      expiresAt: NEVER,
      data: { version: 1, sealed },
    }
    const expect = [{ kind: 'signing_keys', id: name, revision }]
    const written = await store.commit({ partition, now: readAt, expect, put: [put], remove: [] })
    return written ? { revision: revision + 1, members, readAt } : null
  }

  /** Reads, applies `change`, adds and removes due keys, writes; retries when another process wrote first. */
  async function update(change: (members: readonly Member[], now: number) => readonly Member[]): Promise<View> {
    for (let attempt = 0; attempt < 10; attempt++) {
      const before = await read()
      const members = await maintain(change(before.members, before.readAt), before.readAt)
      const snapshot = same(members, before.members) ? before : await write(members, before)
      if (snapshot !== null) return adopt(snapshot)
    }
    throw new AuthlibError('store_conflict', 'The signing keys could not be written', { status: 503 })
  }

  async function maintain(members: readonly Member[], now: number): Promise<readonly Member[]> {
    const kept = members.filter((member) => goneAt(member, members) > now)
    for (const alg of algorithms) {
      const mine = kept.filter(({ jwk }) => jwk.alg === alg)
      if (!mine.some(({ activeFrom }) => activeFrom <= now)) kept.unshift(await create(alg, now))
      if (!mine.some(({ activeFrom }) => activeFrom > now)) kept.push(await create(alg, now + lifetime))
    }
    return kept
  }

  async function create(alg: string, activeFrom: number): Promise<Member> {
    return { jwk: (await generateKey(alg, { implementations })).privateJwk(), activeFrom }
  }

  /** The keys of an algorithm stand in the order in which they succeed each other. */
  function goneAt(member: Member, members: readonly Member[]): number {
    const { activeFrom, jwk } = member
    const successor = members.slice(members.indexOf(member) + 1).find((other) => other.jwk.alg === jwk.alg)
    if (successor !== undefined) return successor.activeFrom + retention
    return algorithms.includes(jwk.alg ?? '') ? NEVER : activeFrom + lifetime + retention // an algorithm given up
  }

  function adopt(snapshot: Snapshot): View {
    const { members, readAt: now } = snapshot
    const keys = members.map(keyOf)
    const active = new Map<string, Key>()
    for (const alg of algorithms) {
      const newest = members.findLast(({ jwk, activeFrom }) => jwk.alg === alg && activeFrom <= now)
      if (newest !== undefined) active.set(alg, keyOf(newest))
    }
    const changes = members.map(({ activeFrom }) => activeFrom).filter((time) => time > now)
    const keySet = KeySet.of(...keys)
    const jwks = keySet.toJSON()
    if (JSON.stringify(jwks) !== JSON.stringify(current?.jwks)) revision++
    current = { active, jwks, keySet, until: Math.min(now + refresh, ...changes) }
    return current
  }

  function keyOf({ jwk }: Member): Key {
    const kid = jwk.kid ?? ''
    const key = imported.get(kid) ?? importJwkWith(jwk, { implementations })
    imported.set(kid, key)
    return key
  }

  function view(): View | Promise<View> {
    return current !== undefined && clock() < current.until ? current : reload()
  }

  function reload(): Promise<View> {
    loading ??= update((members) => members).finally(() => (loading = undefined))
    return loading
  }

  /** Another process may have rotated since: its key is there before what it signs. */
  const live: KeySetLike = {
    get revision() {
      return revision
    },
    find: (query) => {
      const found = current !== undefined && clock() < current.until ? current.keySet.find(query) : []
      return found.length > 0 ? found : findAfresh(query)
    },
    explain: (query) => current?.keySet.explain(query) ?? 'the keys are not loaded',
  }

  async function findAfresh(query: KeyQuery): Promise<readonly Key[]> {
    const before = current
    const seen = await view()
    const found = seen.keySet.find(query)
    const now = clock()
    const searched = now >= lastSearch && now < lastSearch + SEARCH_INTERVAL
    if (found.length > 0 || query.kid === undefined || seen !== before || searched) return found
    lastSearch = now
    return (await reload()).keySet.find(query)
  }

  return {
    algorithms,
    async signingKey(alg = preferred) {
      const key = (await view()).active.get(alg)
      if (key === undefined) throw noSigningKey()
      return key
    },
    jwks: async () => (await view()).jwks,
    keySet: () => live,
    async rotate() {
      await update((members, now) => {
        const coming = algorithms.map((alg) =>
          members.find(({ jwk, activeFrom }) => jwk.alg === alg && activeFrom > now),
        )
        return members.map((member) => (coming.includes(member) ? { ...member, activeFrom: now } : member))
      })
    },
  }
}

/** Seconds between two reads for names that are not known, which a stranger can send. */
const SEARCH_INTERVAL = 2

function same(a: readonly Member[], b: readonly Member[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index])
}

function unreadable(): AuthlibError {
  return new AuthlibError('unreadable_keys', 'The stored signing keys cannot be opened', {
    hint: 'Keep the secret they were sealed with in `secrets`, after the new one.',
  })
}
