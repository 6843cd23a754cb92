/**
 * Keeps the token of one account good: refreshed ahead of time, once, however many ask in however many processes.
 *
 * @spec RFC 6749 §6
 * @spec RFC 9700 §4.14.2
 */

import { AuthlibError, randomToken, type Clock, type Random, type StoredToken, type TokenStore } from '@authlib/core'
import { loginRequired } from './errors.ts'
import { isDeadRefreshToken, rotatedRefreshToken } from './refresh-outcome.ts'
import { withOldRefreshToken } from './same-person.ts'
import { isExpired, type Token } from './token.ts'

/** Seconds ahead of its end that a token is refreshed; for short ones a quarter of their life. */
const AHEAD = 60
/** Seconds that callers wait for a refresh while the token at hand is still good. */
const PATIENCE = 2
/** Attempts to save a refreshed token before the caller is told that it is not saved. */
const SAVES = 3
/** Seconds without another refresh after an API refused a fresh token. They double with each refusal, up to an hour. */
const BACK_OFF = 60

export interface TokenKeeperOptions {
  readonly key: string
  readonly store: TokenStore
  readonly read: (stored: StoredToken | null) => Token | null
  readonly refresh: (token: Token) => Promise<Token>
  /** Gets a token where there is none to refresh, such as by client credentials. */
  readonly obtain?: (() => Promise<Token>) | undefined
  readonly clock: Clock
  readonly random: Random
  /** Seconds that a process may take to refresh before another one may try. */
  readonly lease: number
  readonly state: KeeperState
}

/** What all keepers of one client share. */
export interface KeeperState {
  readonly flights: Map<string, Flight>
  /** Refreshed tokens that the store did not take: the only copy there is. */
  readonly unsaved: Map<string, { readonly token: Token; readonly previous: Entry }>
  /** Leases of others, and since when this process has seen them, by its own clock: clocks of two machines may differ. */
  readonly leases: Map<string, { readonly id: string; readonly since: number }>
  /** Fresh tokens that an API refused as well, and until when that is no reason to refresh. */
  readonly refusals: Map<string, { readonly accessToken: string; readonly until: number; readonly count: number }>
  /** 0 to 1, another one in each process, so that they do not all refresh at the same second. */
  readonly jitter: number
}

interface Flight {
  readonly token: Promise<Token>
  /** Resolves when callers with a good token should wait no longer. */
  readonly patience: Promise<void>
}

export function keeperState(random: Random): KeeperState {
  import('./answer-faults.ts').catch(() => undefined) // while the page is young: a bundler may make it a file of its own
  const jitter = (random(1)[0] ?? 0) / 255
  return { flights: new Map(), unsaved: new Map(), leases: new Map(), refusals: new Map(), jitter }
}

/** A token, and what keepers of several processes tell each other about it. */
type Entry = Token & {
  /** Someone is refreshing it. */
  readonly lease?: boolean | undefined
  /** The refresh token that the server refused. Its successor may still be on the way to the store. */
  readonly dead?: string | undefined
}

export interface TokenKeeper {
  /**
   * A token that is good now. `refused` is an access token that a resource server did not take: not that one again, unless
   * it is fresh.
   *
   * @throws AuthlibError `login_required` when there is none and nothing to refresh
   */
  token(refused?: string): Promise<Token>
  /** Notes that an API refused the token that took the place of a refused one. Until some time has passed, it is no reason to refresh. */
  backOff(refused: string, fresh: string): void
  /** Whether there is a way to replace the token without the person. */
  canRenew(token: Token): boolean
  save(token: Token): Promise<void>
  forget(): Promise<void>
}

export function tokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  const { key, store, read, refresh, obtain, clock, random, lease, state } = options

  const find = async (): Promise<Entry | null> => read(await store.get(key))

  async function token(refused?: string): Promise<Token> {
    let usable: Entry | null = null
    if (!state.unsaved.has(key)) {
      const entry = await find()
      if (entry !== null && (isGood(entry, refused) || isBackingOff(entry, refused))) return released(entry)
      if (entry !== null && isUsable(entry, refused)) usable = entry
    }
    const flight = fly(refused)
    if (usable === null) return flight.token
    const late = flight.patience.then(() => released(usable)) // a server that hangs holds up no good token
    return Promise.race([flight.token, late])
  }

  /** One renewal at a time for each account of this process. */
  function fly(refused: string | undefined): Flight {
    const underWay = state.flights.get(key)
    if (underWay !== undefined) return underWay
    let timer: ReturnType<typeof setTimeout> | undefined
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE * 1000)))
    const token = renewed(refused).finally(() => {
      clearTimeout(timer)
      state.flights.delete(key)
    })
    token.catch(() => undefined) // those who did not wait hear of it at their next call
    const flight = { token, patience }
    state.flights.set(key, flight)
    return flight
  }

  async function renewed(refused: string | undefined): Promise<Token> {
    await saveUnsaved()
    if (store.lock === undefined) return renewByLease(refused)
    return store.lock(key, async () => {
      const entry = await find()
      return entry !== null && isGood(entry, refused) ? released(entry) : renew(entry, refused)
    })
  }

  async function renewByLease(refused: string | undefined): Promise<Token> {
    for (let waited = 0; ;) {
      const entry = await find()
      if (entry !== null && isGood(entry, refused)) return released(entry)
      if (entry?.refreshToken === undefined) return renew(entry, refused)
      if (!isLeased(entry) || waited >= lease) {
        const ours = { ...entry, id: newId(), lease: true }
        if (await store.save(key, ours, entry)) return renew(ours, refused)
      } else if (isUsable(entry, refused)) return released(entry)
      else waited += await pause(waited)
    }
  }

  /** Someone else may be refreshing, until the same entry has been seen for the whole lease on our own clock. */
  function isLeased({ id, lease: leased = false }: Entry): boolean {
    if (!leased) {
      state.leases.delete(key)
      return false
    }
    const seen = state.leases.get(key)
    if (seen?.id === id) return clock() - seen.since < lease
    state.leases.set(key, { id, since: clock() })
    return true
  }

  async function renew(entry: Entry | null, refused: string | undefined): Promise<Token> {
    if (entry?.refreshToken === undefined) {
      if (obtain === undefined) {
        if (entry !== null && isUsable(entry, refused)) return released(entry)
        throw loginRequired(reasonOf(entry), undefined, hintFor(entry))
      }
      return persist(await obtain(), entry)
    }
    let fresh: Token
    try {
      fresh = await refreshOnceMore(released(entry))
    } catch (error) {
      if (isDeadRefreshToken(error)) return refusedGrant(entry, refused, error)
      return afterFailure(entry, refused, error)
    }
    return persist(fresh, entry)
  }

  /** A server with a grace period answers a repeated refresh the same; without one the account is lost either way. */
  async function refreshOnceMore(current: Token): Promise<Token> {
    try {
      return await refresh(current)
    } catch (error) {
      if (!['network_error', 'timeout'].includes(codeOf(error) ?? '')) throw error
      return refresh(current)
    }
  }

  /** Ends the lease early, with the new refresh token if the answer had one. */
  async function afterFailure(entry: Entry, refused: string | undefined, error: unknown): Promise<Token> {
    const rotated = rotatedRefreshToken(error)
    const kept = { ...released(entry), id: newId(), ...(rotated !== undefined && { refreshToken: rotated }) }
    if (rotated === undefined) await store.save(key, kept, entry).catch(() => false)
    else await persist(kept, entry)
    if (isUsable(entry, refused)) return kept
    throw error
  }

  /**
   * Someone else may have refreshed it without our lease. Otherwise the refresh token is forgotten, not the entry: anyone who
   * has the successor in memory must be able to save it.
   */
  async function refusedGrant(entry: Entry, refused: string | undefined, error: unknown): Promise<Token> {
    const now = await find()
    if (now !== null && !isSame(now, entry)) {
      return isUsable(now, refused) ? released(now) : renew(now, refused)
    }
    if (obtain !== undefined) return persist(await obtain(), entry)
    const { refreshToken: dead, ...rest } = released(entry)
    const left = { ...rest, id: newId(), dead }
    if (now !== null) await store.save(key, left, now)
    if (isUsable(left, refused)) return released(left)
    throw loginRequired('the refresh token was refused', error)
  }

  /** Writes over `previous`, and over what others made of it: a lease, or a note that its refresh token is dead. */
  async function persist(fresh: Token, previous: Entry | null): Promise<Token> {
    if (previous !== null) state.unsaved.set(key, { token: fresh, previous })
    for (let expected = previous; !(await trySave(fresh, expected));) {
      const entry = await find()
      if (entry === null || previous === null || !isSame(entry, previous)) {
        state.unsaved.delete(key)
        if (entry === null) throw loginRequired('the token was removed meanwhile')
        return released(entry) // a newer login: that one counts
      }
      expected = entry
    }
    state.unsaved.delete(key)
    return fresh
  }

  async function trySave(fresh: Token, expected: Entry | null): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await store.save(key, fresh, expected)
      } catch (cause) {
        // An attempt that failed may have been written all the same: then the next one finds the fresh token.
        const found = await find().catch(() => null)
        if (found?.id === fresh.id) return true
        if (attempt < SAVES) await pause(0)
        else {
          throw new AuthlibError('token_not_saved', 'The refreshed token could not be saved', {
            status: 503,
            hint: 'It is kept in memory and saved at the next use.',
            cause,
          })
        }
      }
    }
  }

  async function saveUnsaved(): Promise<void> {
    const waiting = state.unsaved.get(key)
    if (waiting !== undefined) await persist(waiting.token, waiting.previous)
  }

  function isGood(entry: Entry, refused: string | undefined): boolean {
    return isUsable(entry, refused) && clock() < dueAt(entry)
  }

  function isUsable(entry: Entry, refused: string | undefined): boolean {
    return !isExpired(entry, clock()) && entry.accessToken !== refused
  }

  /** An API that refuses every token costs one refresh, not one each call. */
  function isBackingOff(entry: Entry, refused: string | undefined): boolean {
    const refusal = state.refusals.get(key)
    if (refusal === undefined || refusal.accessToken !== refused) return false
    return entry.accessToken === refused && !isExpired(entry, clock()) && clock() < refusal.until
  }

  function backOff(refused: string, accessToken: string): void {
    const before = state.refusals.get(key)
    const count = before?.accessToken === refused ? before.count + 1 : 0
    state.refusals.set(key, { accessToken, count, until: clock() + Math.min(BACK_OFF * 2 ** count, 3600) })
  }

  function dueAt({ expiresAt = Infinity, obtainedAt, refreshToken }: Entry): number {
    if (!canRenew({ refreshToken })) return expiresAt
    const ahead = Math.min(AHEAD, (expiresAt - obtainedAt) / 4)
    return expiresAt - ahead * (1 - state.jitter / 4)
  }

  const canRenew = ({ refreshToken }: Pick<Token, 'refreshToken'>): boolean => {
    return refreshToken !== undefined || obtain !== undefined
  }

  const newId = (): string => randomToken(random, 16)

  function forgetState(): void {
    state.unsaved.delete(key)
    state.refusals.delete(key)
    state.leases.delete(key)
  }

  return {
    token,
    backOff,
    canRenew,
    async save(fresh) {
      forgetState()
      let saved = fresh.refreshToken !== undefined && (await store.save(key, fresh))
      while (!saved) {
        const entry = await find() // some providers send a refresh token at the first login only
        saved = await store.save(key, withOldRefreshToken(fresh, entry), entry)
      }
    },
    async forget() {
      forgetState()
      await store.save(key, null)
    },
  }
}

/** Whether what stands there is still the token that was refreshed, even if another process leased it or noted its end meanwhile. */
function isSame(entry: Entry, refreshed: Entry): boolean {
  const sameRefresh = entry.refreshToken === refreshed.refreshToken || entry.dead === refreshed.refreshToken
  return entry.accessToken === refreshed.accessToken && sameRefresh
}

function released({ lease: _lease, dead: _dead, ...token }: Entry): Token {
  return token
}

function reasonOf(entry: Entry | null): string {
  if (entry === null) return 'there is no token'
  return entry.dead === undefined ? 'it expired, without refresh token' : 'the refresh token was refused'
}

/** The token ended, and there never was a refresh token. */
function hintFor(entry: Entry | null): string | undefined {
  if (entry === null || entry.dead !== undefined) return undefined
  return 'Ask for a refresh token, such as by the scope `offline_access`.'
}

/** Waits for the holder of the lease; returns how many seconds. */
async function pause(waited: number): Promise<number> {
  const seconds = Math.min(0.05 + waited / 4, 1)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  return seconds
}

function codeOf(error: unknown): string | undefined {
  return error instanceof AuthlibError ? error.code : undefined
}
