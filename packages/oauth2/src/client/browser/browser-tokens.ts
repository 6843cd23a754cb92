/** Tokens of a single-page application. */

import type { StoredToken, TokenStore } from '@authlib/core'
import { browserDatabase } from './database.ts'
import { webLock } from './web-lock.ts'

export interface BrowserTokensOptions {
  /** The name of the database in the browser. Default `authlib`. */
  readonly database?: string | undefined
}

/**
 * Tokens in IndexedDB. All tabs share them, and a refresh happens once. Any script of the origin can read them: bind them to a
 * key with `dpop({ keys: browserKeys() })`, so that they are of no use elsewhere, or keep them on a server.
 *
 * @example
 * const client = new OAuth2Client({ issuer, clientId: 'spa', tokens: browserTokens(), extensions: [dpop({ keys: browserKeys() })] })
 */
export function browserTokens({ database: name = 'authlib' }: BrowserTokensOptions = {}): TokenStore {
  const database = browserDatabase(name)
  const entry = (key: string): string => `token ${key}`
  return {
    async get(key) {
      return ((await database.get(entry(key))) as StoredToken | undefined) ?? null // sound: only `save` writes here
    },
    async save(key, token, previous) {
      let written = false
      await database.update(entry(key), (before) => {
        const id = (before as StoredToken | undefined)?.id // sound: as above
        written = previous === undefined || id === previous?.id
        return written ? (token ?? undefined) : before
      })
      return written
    },
    lock: webLock(name),
  }
}
