/** Who is logged in at the client, in which browser, and what happened since. */

import {
  AuthlibError,
  parseCookies,
  randomToken,
  readForm,
  type JsonObject,
  type Params,
  type Store,
} from '@authlib/core'
import { createMac } from '@authlib/core/kit'
import { honoAdapter, honoRequest } from '@authlib/hono'
import type { Context } from 'hono'
import { documents } from './documents.ts'
import type { Exchange } from './exchange.ts'

declare module '@authlib/core' {
  interface ErrorCodes {
    foreign_form: 'demo'
    not_found: 'demo'
    session_ended: 'demo'
  }
}

/** One thing the person did, with the messages it took. */
export type Chapter = { readonly title: string; readonly exchanges: readonly Exchange[] }

/** What a validated ID Token and the userinfo endpoint say. */
export type Identity = {
  readonly name: string
  readonly header: JsonObject
  readonly claims: JsonObject
  readonly profile: JsonObject
}

export type Session = {
  /** Null: the session tells of a log out. */
  readonly identity: Identity | null
  readonly chapters: readonly Chapter[]
}

const COOKIE = 'demo_session'
const LIFETIME = 8 * 3600
const MAX_CHAPTERS = 12

export function createSessions(store: Store, secrets: readonly string[]) {
  const kept = documents<Session>(store, 'demo_session', LIFETIME)
  const csrf = createMac({ secrets, label: 'demo csrf' })
  const key = (c: Context): string | undefined => parseCookies(c.req.header('cookie') ?? null).get(COOKIE)

  return {
    /** The value of the session cookie: a secret, and the key of the person's token in the token store. */
    key,
    async find(c: Context): Promise<Session | null> {
      const value = key(c)
      return value === undefined ? null : kept.find(value)
    },
    /** Under a new key: anyone who knew the cookie before the login does not share it. */
    async start(c: Context, session: Session): Promise<string> {
      const value = randomToken()
      await kept.save(value, session)
      honoAdapter.setCookies(c, [{ name: COOKIE, value, maxAge: LIFETIME }])
      return value
    },
    /** The oldest chapters but the first, the login, make way. */
    addChapter: (value: string, chapter: Chapter): Promise<void> =>
      kept.update(value, ({ identity, chapters: [login, ...later] }) => ({
        identity,
        chapters: [...(login ? [login] : []), ...[...later, chapter].slice(1 - MAX_CHAPTERS)],
      })),
    end: (value: string): Promise<void> => kept.remove(value),
    /** For a hidden field of every form. */
    csrfToken: async (c: Context): Promise<string> => csrf.sign(key(c) ?? ''),
    /**
     * The form of a request that changes something, if it is of the session's own page.
     *
     * @throws AuthlibError `session_ended`, `foreign_form`
     */
    async requireForm(c: Context): Promise<{ key: string; form: Params }> {
      const form = await readForm(honoRequest(c))
      const value = key(c)
      if (value === undefined || !(await kept.find(value))?.identity) {
        throw new AuthlibError('session_ended', 'You are not logged in', { status: 401 })
      }
      if (await csrf.verify(value, form.get('csrf') ?? '')) return { key: value, form }
      throw new AuthlibError('foreign_form', 'This form is not of your session', { status: 403 })
    },
  }
}
