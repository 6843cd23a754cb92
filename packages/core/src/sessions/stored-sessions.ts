/** Sessions in a store: the cookie carries a random key, and what is ended in the store is ended everywhere. */

import type { Adapter, Cookie } from '../adapter.ts'
import { parseCookies } from '../cookies.ts'
import { sha256Base64url } from '../digest.ts'
import { decodeUtf8 } from '../encoding.ts'
import { AuthlibError } from '../errors.ts'
import type { HttpRequest } from '../http.ts'
import type { JsonObject } from '../json.ts'
import type { OAuth } from '../oauth.ts'
import { randomToken } from '../random.ts'
import { createSealer } from '../seal.ts'
import type { ListQuery, Store, StoredRecord } from '../store.ts'
import { assertSubject, forgetTokens, keepToken, sessionSettings } from './settings.ts'
import type { LoginSession, LoginSessionsOptions, SignIn, StoredLoginSessions } from './login-session.ts'
import { providerEnds, providerIndex } from './provider-ends.ts'

export interface StoredSessionsOptions extends LoginSessionsOptions {
  readonly store: Store
}

const KIND = 'login_session'

/** Subject, data and client are sealed, and bound to the id. */
type SessionData = { readonly version: 1; readonly startedAt: number; readonly seenAt: number; readonly sealed: string }
type Sealed = Pick<LoginSession, 'subject' | 'client'> & { readonly data: JsonObject }

/**
 * Keeps people signed in with a record in a store. Each use costs a read; a write now and then notes the use, and no cookie
 * is set for it.
 *
 * @throws AuthlibError `weak_storage` when the store does not commit atomically, or reads what is out of date
 * @example
 * const sessions = storedSessions(oauth, { store, url: 'https://app.example' })
 * app.use(mount(loginRoutes(oauth, { url: 'https://app.example/login', sessions })))
 */
export function storedSessions<Context, Answer>(
  oauth: OAuth<Context, Answer>,
  { store, ...options }: StoredSessionsOptions,
): StoredLoginSessions<Context> {
  if (store.guarantees.commit !== 'atomic' || store.guarantees.reads !== 'strong') {
    throw new AuthlibError('weak_storage', 'This store cannot end a session', {
      hint: 'A session that was ended could come back. Use a store with atomic commits and strong reads.',
    })
  }
  const { registry, lives, lifetime, cookieName, secure } = sessionSettings(oauth, options)
  const { secrets, clock, random } = registry
  const sealer = createSealer({ secrets, label: 'stored session', random })
  const ends = providerEnds(store, clock)

  async function read(request: HttpRequest): Promise<{ record: StoredRecord; session: LoginSession } | null> {
    const value = parseCookies(request.headers.get('cookie')).get(cookieName)
    if (value === undefined || value === '') return null
    const id = await sha256Base64url(value)
    const [record = null] = await store.get(id, [[KIND, id]])
    if (record === null) return null
    const session = await sessionOf(record)
    return session && { record, session }
  }

  async function sessionOf({ id, data }: StoredRecord): Promise<LoginSession | null> {
    const { startedAt, seenAt, sealed } = data as SessionData // sound: only `signIn` writes this kind
    const opened = await sealer.open(sealed, id)
    if (opened === null) return null // its secret is gone
    const { subject, client, data: own } = JSON.parse(decodeUtf8(opened)) as Sealed // sound: as above
    return lives.live({ id, subject, client, data: own, startedAt, seenAt }, clock())
  }

  /** Loses against whatever ended the session meanwhile: a guarded put writes over a live record only. */
  async function noteUse(record: StoredRecord, session: LoginSession): Promise<LoginSession> {
    const now = clock()
    const noted = { ...session, seenAt: now }
    const next: StoredRecord = {
      ...record,
      revision: record.revision + 1,
      expiresAt: lives.expiresAt(noted),
      data: { ...record.data, seenAt: now },
    }
    const expect = [{ kind: KIND, id: record.id, revision: record.revision }]
    const written = await store.commit({ partition: record.partition, now, expect, put: [next], remove: [] })
    return written ? { ...noted, expiresAt: next.expiresAt } : session
  }

  async function begin(value: string, who: SignIn): Promise<LoginSession> {
    const { subject, data = {}, client, claims } = who
    assertSubject(subject)
    const id = await sha256Base64url(value)
    const now = clock()
    const times = { startedAt: now, seenAt: now }
    const sealed = await sealer.seal(JSON.stringify({ subject, client, data } satisfies Sealed), id)
    const record: StoredRecord = {
      kind: KIND,
      id,
      partition: id,
      revision: 1,
      expiresAt: lives.expiresAt(times),
      index: { subject, ...(claims && (await providerIndex(claims))) },
      data: { version: 1, ...times, sealed } satisfies SessionData,
    }
    await keepToken(registry, id, who)
    await store.commit({ partition: id, now, expect: [], put: [record], remove: [] })
    if (claims !== undefined && (await ends.hasEnded(claims))) {
      await end(id)
      throw new AuthlibError('login_ended', 'The provider has ended the session of this login', { status: 400 })
    }
    return { id, subject, data, client, ...times, expiresAt: record.expiresAt }
  }

  /** The record goes first: from then on no cookie opens anything. */
  async function end(id: string): Promise<boolean> {
    const [record = null] = await store.get(id, [[KIND, id]])
    await store.commit({ partition: id, now: clock(), expect: [], put: [], remove: [[KIND, id]] })
    await forgetTokens(registry, id)
    return record !== null && record.expiresAt > clock()
  }

  /** Pages are read before their records go: an index may lag, and what is ended twice is ended. */
  async function recordsOf(query: Pick<ListQuery, 'by' | 'value'>): Promise<StoredRecord[]> {
    const records: StoredRecord[] = []
    let after: string | undefined
    do {
      const page = await store.list({ kind: KIND, ...query, after })
      records.push(...page.items)
      after = page.next
    } while (after !== undefined)
    return records
  }

  async function endThese(query: Pick<ListQuery, 'by' | 'value'>, except?: string): Promise<void> {
    for (const { id } of await recordsOf(query)) if (id !== except) await end(id)
  }

  const cookie = (value: string, maxAge: number): Cookie => ({ name: cookieName, value, maxAge, secure })

  function over<C>(adapter: Adapter<C, unknown>): StoredLoginSessions<C> {
    return {
      async find(context) {
        const found = await read(await adapter.request(context))
        if (found === null) return null
        const { record, session } = found
        return lives.isNoteDue(session, clock()) ? noteUse(record, session) : session
      },

      async signIn(context, who) {
        const before = await read(await adapter.request(context))
        const value = randomToken(random) // never one that the browser brought: no session can be planted
        const session = await begin(value, who)
        await adapter.setCookies(context, [cookie(value, lifetime)])
        if (before !== null) await end(before.session.id)
        return session
      },

      async signOut(context) {
        const request = await adapter.request(context)
        const found = await read(request)
        await adapter.setCookies(context, [cookie('', 0)])
        if (found !== null) await end(found.session.id)
        return found?.session ?? null
      },

      async list(subject) {
        const sessions = await Promise.all((await recordsOf({ by: 'subject', value: subject })).map(sessionOf))
        return sessions.filter((session) => session !== null)
      },

      end,
      endAll: ({ subject, except }) => endThese({ by: 'subject', value: subject }, except),

      async endOfProvider(logout) {
        const query = await ends.remember(logout) // first, for logins that are still under way
        await endThese(query)
      },

      on: over,
    }
  }

  return over(registry.adapter)
}
