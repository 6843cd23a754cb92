/** Logins in a store: the cookie carries a random key. For `data` that no cookie holds, and for one winner on any server. */

import { systemClock, type Clock } from './clock.ts'
import { sha256Base64url } from './digest.ts'
import { decodeUtf8 } from './encoding.ts'
import { AuthlibError } from './errors.ts'
import { LOGIN_LIFETIME, loginCookies } from './login-cookies.ts'
import type { LoginStates } from './login-state.ts'
import { randomToken, systemRandom, type Random } from './random.ts'
import { createSealer } from './seal.ts'
import type { Store, StoredRecord } from './store.ts'
import { refuseUnknownOptions } from './unknown-options.ts'

export interface StoredLoginsOptions {
  /** Seals logins at rest: the first secret seals, all of them open. At least 32 characters each. */
  readonly secrets: readonly string[]
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const KIND = 'login'

/**
 * Keeps logins under way in a store, in place of sealed cookies. A login is used up by one guarded batch: of two callbacks
 * at the same time, one wins, on any number of servers.
 *
 * @throws AuthlibError `weak_storage` when the store does not commit atomically
 * @example
 * new OAuth({ adapter, secrets, logins: storedLogins(store, { secrets }) })
 */
export function storedLogins(
  store: Store,
  { secrets, clock = systemClock, random = systemRandom, ...others }: StoredLoginsOptions,
): LoginStates {
  refuseUnknownOptions('storedLogins', others)
  if (store.guarantees.commit !== 'atomic') {
    throw new AuthlibError('weak_storage', 'This store cannot use up a login once', {
      hint: 'Two callbacks at the same time would both get it. Use a store with atomic commits.',
    })
  }
  const sealer = createSealer({ secrets, label: 'stored login', random })

  async function find(value: string): Promise<{ readonly id: string; readonly record: StoredRecord | null }> {
    const id = await sha256Base64url(value)
    const [record = null] = await store.get(id, [[KIND, id]])
    return { id, record }
  }

  return loginCookies(
    {
      async keep(text, name) {
        const value = randomToken(random)
        const id = await sha256Base64url(value)
        const data = { version: 1, sealed: await sealer.seal(text, name) }
        const now = clock()
        const record = { kind: KIND, id, partition: id, revision: 1, expiresAt: now + 2 * LOGIN_LIFETIME, data }
        await store.commit({ partition: id, now, expect: [], put: [record], remove: [] })
        return value
      },
      async take(value, name) {
        const { id, record } = await find(value)
        if (record === null) return 'used' // the cookie says that it has not expired
        const { sealed } = record.data
        const opened = typeof sealed === 'string' ? await sealer.open(sealed, name) : null
        if (opened === null) return null
        const expect = [{ kind: KIND, id, revision: record.revision }]
        const won = await store.commit({ partition: id, now: clock(), expect, put: [], remove: [[KIND, id]] })
        return won ? { text: decodeUtf8(opened) } : 'used'
      },
    },
    clock,
  )
}
