/** Sessions: the API in the name of an account, whose token is in a store or at hand. */

import { AuthlibError } from '@authlib/core'
import type { OAuth1Context, SigningClient } from './context.ts'
import { loginRequired } from './errors.ts'
import { createSession, type OAuth1Session } from './session.ts'
import { readToken, type OAuth1Token, type TokenCredentials } from './token.ts'

export interface OAuth1SessionOptions {
  /** Key of the account in the token store. */
  readonly key?: string | undefined
  /** A token at hand. */
  readonly token?: OAuth1Token | TokenCredentials | undefined
}

/**
 * Calls to the API: for an account by its key in the token store, with a token at hand, or without either for the client
 * itself.
 *
 * @throws AuthlibError `missing_token_store`
 * @example
 * const response = await apiSession(oauth.trello, userId).fetch('members/me/boards')
 */
export function apiSession({ context }: SigningClient, account: string | OAuth1SessionOptions = {}): OAuth1Session {
  const { key, token } = typeof account === 'string' ? { key: account } : account
  if (key !== undefined && token !== undefined) throw new TypeError('A session has a key or a token, not both')
  const { apiBaseUrl, resources, fetch, bodyHash = false } = context.options
  const kept = key === undefined ? ownToken(token) : keptToken(context, key)
  const forClient = key === undefined && token === undefined
  return createSession({
    apiBaseUrl,
    resources,
    fetch,
    bodyHash,
    signing: async () => context.signing(forClient ? undefined : await kept.token()),
    ...kept,
  })
}

type Kept = Pick<OAuth1Session, 'token' | 'save' | 'forget'>

function keptToken({ clientId, options: { tokens } }: OAuth1Context, key: string): Kept {
  if (tokens === undefined) {
    throw new AuthlibError('missing_token_store', 'There is no token store to find this account in', {
      hint: 'Give the registry or the client `tokens`, such as `storeTokens(store, { secrets })`.',
    })
  }
  return {
    token: async () => readToken(await tokens.get(key), clientId) ?? throwLoginRequired(),
    save: async (token) => {
      await tokens.save(key, token)
    },
    forget: async () => {
      await tokens.save(key, null)
    },
  }
}

/** What one session keeps for itself. */
function ownToken(token: OAuth1Token | TokenCredentials | undefined): Kept {
  let current = token
  return {
    token: async () => current ?? throwLoginRequired(),
    save: async (fresh) => {
      current = fresh
    },
    forget: async () => {
      current = undefined
    },
  }
}

function throwLoginRequired(): never {
  throw loginRequired()
}
