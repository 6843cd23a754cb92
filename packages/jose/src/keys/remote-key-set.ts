/** A key set at a URL (`jwks_uri`): fetched when needed, kept as long as it may be, survived when the server is away. */

import { type AddressRule, AuthlibError, type Clock, systemClock } from '@authlib/core'
import {
  assertBooleans,
  assertSeconds,
  parseJson,
  refuseUnknownOptions,
  send,
  type SendResponse,
} from '@authlib/core/kit'
import { JoseError } from '../errors.ts'
import { isObject } from '../shared/is-object.ts'
import { pick } from '../shared/pick.ts'
import type { Jwk, JwkSet } from './jwk.ts'
import type { Key } from './key.ts'
import { type KeyQuery, KeySet, type KeySetLike, type KeySetOptions } from './key-set.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

export interface RemoteKeySetOptions {
  /** Default: the one of the runtime. */
  readonly fetch?: typeof fetch | undefined
  /** Seconds since 1970. Default: the clock of the machine. */
  readonly clock?: Clock | undefined
  /** Headers to send. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Seconds for a whole fetch. Default 5. */
  readonly timeout?: number | undefined
  /** Largest answer in bytes. Default 262,144. */
  readonly maxBody?: number | undefined
  /** `publicAddresses` for a URL that someone else chose: no private addresses. Default `any`. */
  readonly addresses?: AddressRule | 'any' | undefined
  /** Allows plain http to other hosts, such as containers of one network. Default false. */
  readonly allowInsecureTransport?: boolean | undefined
  /** Seconds a set is kept at least, whatever Cache-Control says. Default 60. */
  readonly minAge?: number | undefined
  /** Seconds a set is kept at most. Default 86,400. */
  readonly maxAge?: number | undefined
  /** Seconds a set is kept when Cache-Control does not say. Default 600. */
  readonly defaultAge?: number | undefined
  /** Seconds between two fetches for an unknown `kid`, and after a failed one. Default 30. */
  readonly cooldown?: number | undefined
  /** Seconds beyond its age for which a set still serves while the server is away. Default 86,400. */
  readonly maxStale?: number | undefined
  /** Signature algorithms beyond those of the library and the runtime, such as those of `@authlib/jose/extra`. */
  readonly implementations?: readonly SignatureAlgorithm[] | undefined
  /** What {@link RemoteKeySet.export} gave, to begin with: for runtimes that start often. */
  readonly initial?: ExportedKeySet | undefined
}

/** Plain JSON, to be kept in a cache at the edge. */
export interface ExportedKeySet {
  readonly jwks: JwkSet
  /** Seconds since 1970. */
  readonly freshUntil: number
  /** What the server called this version. */
  readonly etag?: string | undefined
}

/** The key set of someone else, usable wherever a set is. */
export interface RemoteKeySet extends KeySetLike {
  readonly revision: number
  /** The set, fetched if it must be. Rejects with `key_set_unavailable`. */
  get(): Promise<KeySet>
  /** Fetches now; several calls at once are one fetch. Rejects with `key_set_unavailable`, and what is at hand stays. */
  refresh(): Promise<KeySet>
  /** The set at hand, or null. */
  export(): ExportedKeySet | null
}

interface Held extends ExportedKeySet {
  readonly keySet: KeySet
}

/**
 * Nothing is fetched before the first use. Redirects are refused; the URL is https, or http on this machine. What cannot be
 * fetched is `key_set_unavailable`, with status 503, once there is no set that may still serve.
 *
 * @example
 * const keys = remoteKeySet('https://as.example/jwks') // keep it: it caches
 */
export function remoteKeySet(
  uri: string,
  {
    fetch,
    clock = systemClock,
    headers = {},
    timeout = 5,
    maxBody = 262_144,
    addresses = 'any',
    allowInsecureTransport = false,
    minAge = 60,
    maxAge = 86_400,
    defaultAge = 600,
    cooldown = 30,
    maxStale = 86_400,
    implementations,
    initial,
    ...others
  }: RemoteKeySetOptions = {},
): RemoteKeySet {
  refuseUnknownOptions('remoteKeySet', others)
  assertBooleans({ allowInsecureTransport })
  assertSeconds({ timeout, minAge, maxAge, defaultAge, cooldown, maxStale })
  const options = { implementations }
  let held: Held | null = initial
    ? {
        ...initial,
        freshUntil: Math.min(initial.freshUntil, clock() + maxAge), // a cache may hold anything
        keySet: published(initial.jwks, options),
      }
    : null
  let loading: Promise<KeySet> | undefined
  let lastTry = -Infinity
  let lastSearch = -Infinity // the last fetch for an unknown name
  let failure: JoseError | null = null
  let revision = 0
  let loads = 0

  function current(): KeySet | Promise<KeySet> {
    const now = clock()
    if (held !== null && now < held.freshUntil) return held.keySet
    const usable = held !== null && now - maxStale < held.freshUntil ? held.keySet : null
    if (failure !== null && isWithin(lastTry, usable === null ? Math.min(cooldown, 5) : cooldown)) {
      if (usable === null) throw failure
      return usable
    }
    return usable === null ? refresh() : refresh().catch(() => usable) // the last good set survives an outage
  }

  /** A clock that has been set back says no. */
  function isWithin(time: number, seconds: number): boolean {
    const passed = clock() - time
    return passed >= 0 && passed < seconds
  }

  function refresh(): Promise<KeySet> {
    loading ??= load().finally(() => (loading = undefined))
    return loading
  }

  async function load(): Promise<KeySet> {
    lastTry = clock()
    try {
      const response = await send(uri, {
        headers: {
          accept: 'application/jwk-set+json, application/json',
          ...(held?.etag !== undefined && { 'if-none-match': held.etag }),
          ...headers,
        },
        timeout,
        maxBody,
        addresses,
        allowInsecureTransport,
        fetch,
      })
      const before = held?.keySet
      held = receive(response, held)
      if (held.keySet !== before) revision++
      failure = null
      loads++
      return held.keySet
    } catch (cause) {
      const reason = `${URL.canParse(uri) ? new URL(uri).host : 'no URL'}: ${wordsOf(cause)}`
      failure = new JoseError('key_set_unavailable', 'The key set could not be loaded', { status: 503, reason, cause })
      throw failure
    }
  }

  function receive(response: SendResponse, before: Held | null): Held {
    const freshUntil = clock() + age(response.headers)
    if (response.status === 304 && before !== null) return { ...before, freshUntil }
    if (response.status !== 200) throw new TypeError(`HTTP status ${response.status}`)
    const jwks = parseJson(response.text) as JwkSet // KeySet.from checks it
    const keySet =
      before !== null && JSON.stringify(before.jwks) === JSON.stringify(jwks) ? before.keySet : published(jwks, options)
    const etag = response.headers.get('etag')
    return { jwks, keySet, freshUntil, ...(etag !== null && { etag }) }
  }

  /** RFC 9111 §4.2, within our bounds. */
  function age(response: Headers): number {
    const control = response.get('cache-control')?.toLowerCase() ?? ''
    const seconds = /(?:^|[\s,])max-age="?(\d{1,9})/.exec(control)?.[1]
    const forbidden = /(?:^|[\s,])no-(?:store|cache)(?:$|[\s,=])/.test(control)
    const spent = Number(/^\s*(\d{1,9})\s*$/.exec(response.get('age') ?? '')?.[1] ?? 0) // RFC 9111 §5.1: never negative
    const wanted = forbidden ? 0 : seconds === undefined ? defaultAge : Number(seconds) - spent
    return Math.min(Math.max(wanted, minAge), maxAge)
  }

  return {
    get revision() {
      return revision
    },
    get: async () => current(),
    refresh,
    find(query) {
      const fresh = held !== null && clock() < held.freshUntil
      const found = fresh ? held?.keySet.find(query) : undefined
      return found?.length ? found : findAfresh(query)
    },
    explain: (query) => held?.keySet.explain(query) ?? 'the key set is not loaded',
    export: () => held && (pick(held, ['jwks', 'freshUntil', 'etag']) as ExportedKeySet), // it has the first two
  }

  /**
   * A name that is not in the set may be that of a new key: once per cooldown it is worth a fetch. A load for another
   * reason does not count, or a rotation right after the start would refuse tokens for the whole cooldown.
   */
  async function findAfresh(query: KeyQuery): Promise<readonly Key[]> {
    const before = loads
    const found = (await current()).find(query)
    const justLoaded = loads !== before
    const failed = failure !== null && isWithin(lastTry, cooldown)
    if (found.length > 0 || justLoaded || failed || isWithin(lastSearch, cooldown)) return found
    lastSearch = clock()
    return refresh().then(
      (keySet) => keySet.find(query),
      () => found,
    )
  }
}

/** Symmetric keys are passed over: what is published is no secret. RFC 7517 §9.2 */
function published(jwks: JwkSet, options: KeySetOptions): KeySet {
  const keys: unknown = isObject(jwks) ? jwks.keys : undefined // it comes from the network
  const open = Array.isArray(keys) ? { keys: keys.filter((jwk?: Partial<Jwk> | null) => jwk?.kty !== 'oct') } : jwks
  return KeySet.from(open, options) // which checks it
}

/** What went wrong, for a log. */
function wordsOf(cause: unknown): string {
  if (cause instanceof AuthlibError) return `${cause.code} ${cause.reason ?? ''}`.trim()
  return cause instanceof Error ? cause.message : 'unknown'
}
