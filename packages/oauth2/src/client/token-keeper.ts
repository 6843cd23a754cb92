/**
 * Keeps the token of one account good: refreshed ahead of time, once, however many ask in however many processes.
 *
 * @spec RFC 6749 §6
 * @spec RFC 9700 §4.14.2
 */

import { AuthlibError, randomToken, type Clock, type Random, type StoredToken, type TokenStore } from '@authlib/core'
import { loginRequired } from './errors.ts'
import { singleFlight } from '../single-flight.ts'
import { rotatedRefreshToken } from './token-request.ts'
import { isExpired, type Token } from './token.ts'

/** Seconds ahead of its end that a token is refreshed; for short ones a quarter of their life. */
const AHEAD = 60

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
  readonly flights: Map<string, Promise<Token>>
  /** Refreshed tokens that the store did not take: the only copy there is. */
  readonly unsaved: Map<string, { readonly token: Token; readonly previous: Entry }>
  /** 0 to 1, another one in each process, so that they do not all refresh at the same second. */
  readonly jitter: number
}

export function keeperState(random: Random): KeeperState {
  return { flights: new Map(), unsaved: new Map(), jitter: (random(1)[0] ?? 0) / 255 }
}

/** A token and, while somebody refreshes it, until when nobody else should. */
type Entry = Token & { readonly lease?: number | undefined }

export interface TokenKeeper {
  /**
   * A token that is good now. `refused` is an access token that a resource server did not take: not that one again.
   *
   * @throws AuthlibError `login_required` when there is none and nothing to refresh
   */
  token(refused?: string): Promise<Token>
  /** Whether there is a way to replace the token without the person. */
  canRenew(token: Token): boolean
  save(token: Token): Promise<void>
  forget(): Promise<void>
}

export function tokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  const { key, store, read, refresh, obtain, clock, random, lease, state } = options

  const find = async (): Promise<Entry | null> => read(await store.get(key))

  async function token(refused?: string): Promise<Token> {
    if (!state.unsaved.has(key)) {
      const entry = await find()
      if (entry !== null && isGood(entry, refused)) return released(entry)
    }
    return singleFlight(state.flights, key, () => renewed(refused))
  }

  async function renewed(refused: string | undefined): Promise<Token> {
    await saveUnsaved()
    if (store.lock !== undefined) {
      return store.lock(key, async () => {
        const entry = await find()
        return entry !== null && isGood(entry, refused) ? entry : renew(entry, refused)
      })
    }
    for (let waited = 0; ;) {
      const entry = await find()
      if (entry !== null && isGood(entry, refused)) return released(entry)
      if (entry?.refreshToken === undefined) return renew(entry, refused)
      const leased = entry.lease !== undefined && entry.lease > clock() && waited < lease
      if (!leased) {
        const ours = { ...entry, id: newId(), lease: clock() + lease }
        if (await store.save(key, ours, entry)) return renew(ours, refused)
      } else if (isUsable(entry, refused)) return released(entry)
      else waited += await pause(waited)
    }
  }

  async function renew(entry: Entry | null, refused: string | undefined): Promise<Token> {
    if (entry?.refreshToken === undefined) {
      if (obtain === undefined)
        throw loginRequired(entry === null ? 'there is no token' : 'it expired, without refresh token')
      return persist(await obtain(), entry)
    }
    let fresh: Token
    try {
      fresh = await refreshOnceMore(released(entry))
    } catch (error) {
      if (codeOf(error) === 'invalid_grant') return refusedGrant(entry, refused, error)
      const rotated = rotatedRefreshToken(error)
      if (rotated !== undefined) {
        const kept = await persist({ ...released(entry), id: newId(), refreshToken: rotated }, entry)
        if (isUsable(kept, refused)) return kept
        throw error
      }
      await store.save(key, { ...released(entry), id: newId() }, entry).catch(() => false) // ends the lease early
      if (isUsable(entry, refused)) return released(entry)
      throw error
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

  /** Somebody else may have refreshed it without our lease; otherwise the refresh token is dead, and so is the entry. */
  async function refusedGrant(entry: Entry, refused: string | undefined, error: unknown): Promise<Token> {
    const now = await find()
    if (now !== null && !isSame(now, entry)) {
      return isUsable(now, refused) ? released(now) : renew(now, refused)
    }
    if (obtain !== undefined) return persist(await obtain(), entry)
    await store.save(key, null, entry)
    throw loginRequired('the refresh token was refused', error)
  }

  /** Writes over `previous`, whoever leased it meanwhile. Over no other token. */
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
    try {
      return await store.save(key, fresh, expected)
    } catch (cause) {
      throw new AuthlibError('token_not_saved', 'The refreshed token could not be saved', {
        status: 503,
        hint: 'It is kept in memory and saved at the next use.',
        cause,
      })
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

  function dueAt({ expiresAt = Infinity, obtainedAt, refreshToken }: Entry): number {
    if (!canRenew({ refreshToken })) return expiresAt
    const ahead = Math.min(AHEAD, (expiresAt - obtainedAt) / 4)
    return expiresAt - ahead * (1 - state.jitter / 4)
  }

  const canRenew = ({ refreshToken }: Pick<Token, 'refreshToken'>): boolean => {
    return refreshToken !== undefined || obtain !== undefined
  }

  const newId = (): string => randomToken(random, 16)

  return {
    token,
    canRenew,
    async save(fresh) {
      state.unsaved.delete(key)
      await store.save(key, fresh)
    },
    async forget() {
      state.unsaved.delete(key)
      await store.save(key, null)
    },
  }
}

/** A lease changes the entry, not the token. */
function isSame(one: Entry, other: Entry): boolean {
  return one.accessToken === other.accessToken
}

function released({ lease: _lease, ...token }: Entry): Token {
  return token
}

/** Waits for whoever holds the lease; says how many seconds. */
async function pause(waited: number): Promise<number> {
  const seconds = Math.min(0.05 + waited / 4, 1)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  return seconds
}

function codeOf(error: unknown): string | undefined {
  return error instanceof AuthlibError ? error.code : undefined
}
