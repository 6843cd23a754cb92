/**
 * A DPoP key that no script can read, not even one that an attacker has brought in.
 *
 * @spec RFC 9449 §11.4
 */

import { AuthlibError } from '@authlib/core'
import { importKey, jwkThumbprint, type Key } from '@authlib/jose'
import type { DpopKeys } from '../features/dpop.ts'
import type { BrowserTokensOptions } from './browser-tokens.ts'
import { browserDatabase } from './database.ts'

const ENTRY = 'dpop key'

/**
 * One ES256 key for all tabs of the origin, not extractable, in IndexedDB. It stays there through logins.
 *
 * @example
 * new OAuth2Client({ issuer, clientId: 'spa', extensions: [dpop({ keys: browserKeys() })] })
 */
export function browserKeys({ database: name = 'authlib' }: BrowserTokensOptions = {}): DpopKeys {
  const database = browserDatabase(name)

  async function importPair(pair: unknown): Promise<{ readonly key: Key; readonly saved: string }> {
    const key = await importKey(pair as CryptoKeyPair, { alg: 'ES256' }) // sound: only `create` writes this entry
    return { key, saved: await jwkThumbprint(key.publicJwk()) }
  }

  return {
    async create() {
      const known = await database.get(ENTRY)
      if (known !== undefined) return importPair(known)
      const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
      return importPair(await database.update(ENTRY, (before) => before ?? pair)) // another tab may have been first
    },
    async find(saved) {
      const pair = await database.get(ENTRY)
      const found = pair === undefined ? null : await importPair(pair)
      if (found?.saved === saved) return found.key
      throw new AuthlibError('login_required', 'The key of the token is gone', {
        status: 401,
        hint: 'The browser has deleted it, with the data of the site. Log in again.',
      })
    },
  }
}
