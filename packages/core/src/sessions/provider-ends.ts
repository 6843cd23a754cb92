/** What a provider has said has ended, remembered for logins that come back from it just then. */

import type { Awaitable } from '../awaitable.ts'
import type { Clock } from '../clock.ts'
import { sha256Base64url } from '../digest.ts'
import { LOGIN_LIFETIME } from '../login-cookies.ts'
import type { ListQuery, RecordIndex, Store } from '../store.ts'
import type { ProviderEnd, ProviderSession } from './login-session.ts'

const KIND = 'provider_logout'

/** Remembers logouts, and says whether a login is one of theirs. */
export interface ProviderEnds {
  /** @returns where the sessions are that it ends */
  remember(logout: ProviderEnd): Promise<Pick<ListQuery, 'by' | 'value'>>
  hasEnded(claims: ProviderSession): Promise<boolean>
}

/** The session at the provider, and the person there. Hashed, as an issuer may be longer than a name in a store. */
export async function providerIndex({ iss, sub, sid }: ProviderSession): Promise<RecordIndex> {
  const session = typeof sid === 'string' ? await sidName(iss, sid) : undefined
  return { tag: await subjectName(iss, sub), ...(session !== undefined && { session }) }
}

const sidName = (issuer: string, sid: string): Awaitable<string> => sha256Base64url(`sid ${issuer} ${sid}`)
const subjectName = (issuer: string, subject: string): Awaitable<string> => sha256Base64url(`sub ${issuer} ${subject}`)

/**
 * A session that begins is written first and looks for its end then; an end is written first and looks for sessions then. So
 * one of the two sees the other.
 */
export function providerEnds(store: Store, clock: Clock): ProviderEnds {
  return {
    async remember({ issuer, subject, sid, issuedAt }) {
      if (sid === undefined && subject === undefined) throw new TypeError('A logout needs `sid` or `subject`')
      const id = await (sid === undefined ? subjectName(issuer, subject ?? '') : sidName(issuer, sid))
      const now = clock()
      const data = { version: 1, at: issuedAt ?? now }
      const record = { kind: KIND, id, partition: id, revision: 1, expiresAt: now + LOGIN_LIFETIME, data }
      await store.commit({ partition: id, now, expect: [], put: [record], remove: [] })
      return { by: sid === undefined ? 'tag' : 'session', value: id }
    },

    async hasEnded(claims) {
      const { tag, session } = await providerIndex(claims)
      for (const id of [session, tag]) {
        const [record = null] = id === undefined ? [] : await store.get(id, [[KIND, id]])
        if (record === null || record.expiresAt <= clock()) continue
        // A person may log in again after a logout. Both times are of the provider's clock.
        if (id === session || (claims.iat ?? 0) <= Number(record.data['at'])) return true
      }
      return false
    },
  }
}
