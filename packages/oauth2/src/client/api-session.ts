/** Sessions: the API in the name of an account, whose token is in a store or at hand. */

import { AuthlibError, memoryTokens, type Awaitable, type Random, type TokenStore } from '@authlib/core'
import { assertOptions } from '@authlib/core/kit'
import type { ClientContext } from './extension.ts'
import { refresh } from './refresh.ts'
import { createSession, type Session } from './session.ts'
import type { TokenClient } from './token-client.ts'
import { keeperState, tokenKeeper, type KeeperState, type TokenKeeperOptions } from './token-keeper.ts'
import { readToken, type Token } from './token.ts'

export interface SessionOptions {
  /** The account in the token store. Sessions of one key share its token, in all processes. */
  readonly key?: string | undefined
  /** A token at hand, for a session without a key: this session alone keeps it and what it becomes. */
  readonly token?: Token | undefined
  /** Gets a token when there is none to refresh: `() => client.clientCredentials()`. With a key it is kept for all. */
  readonly obtain?: (() => Promise<Token>) | undefined
  /** Hears of each new token of a session without a key, before it is used. What it throws, it is asked again. */
  readonly onUpdate?: ((token: Token) => Awaitable<void>) | undefined
}

/**
 * Calls to the API for an account: by its key in the token store, or with a token at hand.
 *
 * @throws AuthlibError `missing_token_store`
 * @example
 * const session = apiSession(oauth.example, userId)
 * await session.save(token) // after the login
 * const response = await session.fetch('https://api.example/me')
 */
export function apiSession({ context }: TokenClient, account: string | SessionOptions): Session {
  const options: SessionOptions = typeof account === 'string' ? { key: account } : account
  assertOptions('apiSession', options, { key: 'string?', token: 'object?', obtain: 'function?', onUpdate: 'function?' })
  const { key, token, obtain, onUpdate } = options
  if (key !== undefined && token !== undefined) throw new TypeError('A session has a key or a token, not both')
  const { clientId, issuer, clock, random, timeout = 10 } = context
  const keeper = tokenKeeper({
    ...(key === undefined ? ownTokens(random, token, onUpdate) : keptTokens(context, key, obtain !== undefined)),
    read: (stored) => readToken(stored, clientId, issuer),
    refresh: (token) => refresh(context, token, {}, { token, keeping: true }),
    obtain,
    clock,
    random,
    lease: 3 * timeout + 10, // a refresh, once more on a lost response, keys for its ID Token, and saving it
  })
  return createSession(keeper, context)
}

/** What all sessions of one client share. */
interface Shared {
  readonly state: KeeperState
  /** Tokens that `obtain` can get again, where the client has no store. */
  readonly memory: TokenStore
}

const shared = new WeakMap<ClientContext, Shared>()

function sharedBy(context: ClientContext): Shared {
  const known = shared.get(context) ?? { state: keeperState(context.random), memory: memoryTokens() }
  shared.set(context, known)
  return known
}

function keptTokens(
  context: ClientContext,
  key: string,
  obtainable: boolean,
): Pick<TokenKeeperOptions, 'key' | 'store' | 'state'> {
  const { state, memory } = sharedBy(context)
  const store = context.tokens ?? (obtainable ? memory : undefined)
  if (store === undefined) {
    throw new AuthlibError('missing_token_store', 'There is no token store to find this account in', {
      hint: 'Give the registry or the client `tokens`, such as `storeTokens(store, { secrets })`.',
    })
  }
  return { key, store, state }
}

/** What one session keeps for itself. */
function ownTokens(
  random: Random,
  token: Token | undefined,
  onUpdate: SessionOptions['onUpdate'],
): Pick<TokenKeeperOptions, 'key' | 'store' | 'state'> {
  const memory = memoryTokens()
  if (token !== undefined) void memory.save('', token) // in memory: done when it returns
  // A lock, so that `save` is called for tokens only: one process needs no lease.
  const lock = <T>(_key: string, action: () => Promise<T>): Promise<T> => action()
  const store: TokenStore = {
    get: (key) => memory.get(key),
    lock,
    async save(key, next, previous) {
      // sound: a keeper saves nothing but tokens
      if (next !== null) await onUpdate?.(next as unknown as Token)
      return memory.save(key, next, previous)
    },
  }
  return { key: '', store, state: keeperState(random) }
}
