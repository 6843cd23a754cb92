/**
 * Sessions whole in sealed cookies: nothing is stored on the server.
 *
 * The content is written by a sign-in alone, and the time of the last use has a cookie of its own. So a request that notes
 * the use while another one signs out cannot bring the session back.
 */

import type { Adapter, Cookie } from '../adapter.ts'
import { parseCookies } from '../cookies.ts'
import { decodeUtf8 } from '../encoding.ts'
import { AuthlibError } from '../errors.ts'
import type { HttpRequest } from '../http.ts'
import type { JsonObject } from '../json.ts'
import type { OAuth } from '../oauth.ts'
import { randomToken } from '../random.ts'
import { createSealer } from '../seal.ts'
import { assertSubject, forgetTokens, keepToken, sessionSettings } from './settings.ts'
import type { LoginSession, LoginSessions, LoginSessionsOptions } from './login-session.ts'

/** Characters of one cookie with its name: browsers drop it above 4 kB. */
const MAX_COOKIE = 3800

type Content = {
  readonly version: 1
  readonly id: string
  readonly subject: string
  readonly data: JsonObject
  readonly client?: string | undefined
  readonly startedAt: number
}

/**
 * Keeps people signed in by cookies alone. A session ends by a sign-out in its browser or by time: to end one from elsewhere,
 * such as when the provider logs a person out, use {@link storedSessions}.
 *
 * @example
 * const sessions = cookieSessions(oauth, { url: 'https://app.example' })
 * app.get('/', async (request, response) => {
 *   const session = await sessions.find(response)
 *   response.send(session ? `Hello ${session.subject}` : 'Please log in')
 * })
 */
export function cookieSessions<Context, Answer>(
  oauth: OAuth<Context, Answer>,
  options: LoginSessionsOptions,
): LoginSessions<Context> {
  const { registry, lives, idleLifetime, lifetime, cookieName, secure } = sessionSettings(oauth, options)
  const { secrets, clock, random } = registry
  const sealer = createSealer({ secrets, label: 'login session', random })
  const seenName = `${cookieName}.seen`
  const secondName = `${cookieName}.1` // of the content; more make a header that servers refuse

  async function read(request: HttpRequest): Promise<LoginSession | null> {
    const cookies = parseCookies(request.headers.get('cookie'))
    const [, count = '', first = ''] = /^(\d)\.(.*)$/.exec(cookies.get(cookieName) ?? '') ?? []
    const second = (count === '2' ? cookies.get(secondName) : '') ?? ''
    const opened = await sealer.open(first + second, cookieName)
    if (opened === null) return null
    // sound: only `signIn` seals under this label and name
    const { id, subject, data, client, startedAt } = JSON.parse(decodeUtf8(opened)) as Content
    const seen = await sealer.open(cookies.get(seenName) ?? '', seenContext(id))
    const seenAt = seen === null ? startedAt : Number(decodeUtf8(seen))
    return lives.live({ id, subject, data, client, startedAt, seenAt }, clock())
  }

  const seenContext = (id: string): string => `${seenName} ${id}`
  const cookie = (name: string, value: string, maxAge: number): Cookie => ({ name, value, maxAge, secure })

  /** What is left of an older session, but for `kept` cookies. */
  function removals(request: HttpRequest, kept: number): Cookie[] {
    const there = parseCookies(request.headers.get('cookie'))
    const old = [...[cookieName, secondName].slice(kept), seenName]
    return old.filter((name) => there.has(name)).map((name) => cookie(name, '', 0))
  }

  function parts(sealed: string): Cookie[] {
    const size = MAX_COOKIE - secondName.length
    const text = `${sealed.length + 2 > size ? 2 : 1}.${sealed}`
    if (text.length > 2 * size) {
      throw new AuthlibError('session_too_large', 'The session does not fit into cookies', {
        hint: 'Keep `data` below 5 kB, or keep sessions in a store: `storedSessions(oauth, { store, url })`.',
      })
    }
    const cookies = [cookie(cookieName, text.slice(0, size), lifetime)]
    if (text.length > size) cookies.push(cookie(secondName, text.slice(size), lifetime))
    return cookies
  }

  function over<C>(adapter: Adapter<C, unknown>): LoginSessions<C> {
    return {
      async find(context) {
        const session = await read(await adapter.request(context))
        if (session === null || !lives.isNoteDue(session, clock())) return session
        const seenAt = clock()
        const value = await sealer.seal(String(seenAt), seenContext(session.id))
        try {
          await adapter.setCookies(context, [cookie(seenName, value, idleLifetime)])
        } catch {
          return session // no cookies can be set here, as in a server component: another request notes it
        }
        return lives.live({ ...session, seenAt }, seenAt)
      },

      async signIn(context, who) {
        const { subject, data = {}, client } = who
        assertSubject(subject)
        const request = await adapter.request(context)
        const before = await read(request)
        const now = clock()
        const id = randomToken(random, 16) // never one that the browser brought: no session can be planted
        const content: Content = { version: 1, id, subject, data, client, startedAt: now }
        const cookies = parts(await sealer.seal(JSON.stringify(content), cookieName))
        await keepToken(registry, id, who)
        await adapter.setCookies(context, [...removals(request, cookies.length), ...cookies])
        if (before !== null) await forgetTokens(registry, before.id)
        const session = { id, subject, data, client, startedAt: now, seenAt: now }
        return { ...session, expiresAt: lives.expiresAt(session) }
      },

      async signOut(context) {
        const request = await adapter.request(context)
        const session = await read(request)
        await adapter.setCookies(context, removals(request, 0))
        if (session !== null) await forgetTokens(registry, session.id)
        return session
      },

      on: over,
    }
  }

  return over(registry.adapter)
}
