/** Logins of one tab on their way, in its session storage: another tab cannot end them. */

import type { Clock, JsonObject } from '@authlib/core'
import type { OAuth2Login } from '../login.ts'

interface Pending {
  readonly login: OAuth2Login
  readonly data: JsonObject
}

interface Logins {
  keep(id: string, login: Pending): void
  /** Once. */
  take(id: string): Pending | null
}

/** Types of workers, in which this package is compiled too, have no session storage. */
interface TabStorage {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

const PREFIX = 'authlib login '

/** `lifetime` in seconds. */
export function pendingLogins(lifetime: number, now: Clock): Logins {
  const storage = (): TabStorage => (globalThis as unknown as { sessionStorage: TabStorage }).sessionStorage // a page has one

  function read(key: string): (Pending & { readonly startedAt: number }) | null {
    const text = storage().getItem(key)
    if (text === null) return null
    const pending = JSON.parse(text) as Pending & { readonly startedAt: number } // sound: only `keep` writes it
    return now() - pending.startedAt > lifetime ? null : pending
  }

  function removeExpired(): void {
    const keys = Array.from({ length: storage().length }, (_, index) => storage().key(index) ?? '')
    for (const key of keys) if (key.startsWith(PREFIX) && read(key) === null) storage().removeItem(key)
  }

  return {
    keep(id, login) {
      removeExpired()
      storage().setItem(PREFIX + id, JSON.stringify({ ...login, startedAt: now() }))
    },
    take(id) {
      const pending = read(PREFIX + id)
      storage().removeItem(PREFIX + id)
      return pending
    },
  }
}
