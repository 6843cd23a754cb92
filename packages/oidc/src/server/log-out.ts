/** The end of a login session: the clients that took part in it are told, and its tokens end with it. */

import { LIMITS, type HttpHeader, type StoredRecord } from '@authlib/core'
import {
  moment,
  on,
  sessionReplacing,
  sessionSlot,
  type Client,
  type Extension,
  type Moment,
  type Server,
} from '@authlib/oauth2/server'
import { idTokenClaims } from './moments.ts'

/** A session that ends, and the clients that a code or token was given to under it. */
export interface EndingSession {
  readonly server: Server
  /** Also the `sid` of ID Tokens and logout tokens, and the partition of `deliveries`. */
  readonly sessionId: string
  readonly subject: string
  readonly clients: readonly Client[]
}

/** How clients learn that a session ends. */
export interface LogoutNotices {
  /** URLs that the logout page opens in frames. None is shown when another person logs in over the session. */
  readonly frames?: readonly string[] | undefined
  /** From `deliveryRecord`. */
  readonly deliveries?: readonly StoredRecord[] | undefined
}

/** Before a session ends: how its clients are told. Writes nothing itself. */
export const sessionEnding: Moment<EndingSession, LogoutNotices> = moment('session_ending')

/** The login of this browser ends: headers that tell it, such as of a cookie. */
export const loginEnding: Moment<{ readonly server: Server }, readonly HttpHeader[]> = moment('login_ending')

/** Puts `sid` into ID Tokens. Comes with the features that tell clients of a logout. */
export const sessionIdClaim: Extension = {
  kind: 'extension',
  name: 'session_id_claim',
  handlers: [
    on(idTokenClaims, ({ authorization }) => {
      const sid = sessionSlot.read(authorization)
      return sid === undefined ? undefined : { sid }
    }),
  ],
}

/**
 * A session that another person logs in over ends as by a logout, except for frames: no page of ours is shown then. Comes with
 * the features that end sessions.
 */
export const replacedSession: Extension = {
  kind: 'extension',
  name: 'replaced_session',
  handlers: [
    on(sessionReplacing, async ({ server, sessionId, subject }) => {
      const { deliveries } = await noticesOf(server, { sessionId, subject })
      return { deliveries, after: () => endTokensOf(server, sessionId) }
    }),
  ],
}

/**
 * Tells the clients of a session, runs `end`, and ends the tokens that were given under it, except those with
 * `offline_access`. Returns the URLs to open in frames.
 *
 * @spec OpenID Connect Back-Channel Logout 1.0 §2.7
 */
export async function logOut(
  server: Server,
  session: Pick<EndingSession, 'sessionId' | 'subject'>,
  end: () => Promise<void>,
): Promise<readonly string[]> {
  const { sessionId } = session
  const { frames, deliveries } = await noticesOf(server, session)
  const batch = { partition: sessionId, now: server.clock(), expect: [], remove: [] }
  for (let at = 0; at < deliveries.length; at += LIMITS.batch) {
    await server.store.commit({ ...batch, put: deliveries.slice(at, at + LIMITS.batch) })
  }
  await end()
  await endTokensOf(server, sessionId)
  server.background(() => server.deliverDue())
  return frames
}

async function noticesOf(
  server: Server,
  session: Pick<EndingSession, 'sessionId' | 'subject'>,
): Promise<{ readonly frames: readonly string[]; readonly deliveries: readonly StoredRecord[] }> {
  const clientIds = new Set<string>()
  for await (const { clientId } of server.authorizations.list({ sessionId: session.sessionId })) clientIds.add(clientId)
  const found = await Promise.all([...clientIds].map(async (id) => server.clients.find(id)))
  const clients = found.filter((client) => client !== null)
  const frames: string[] = []
  const deliveries: StoredRecord[] = []
  for (const tell of server.handlers(sessionEnding)) {
    const notices = await tell({ server, ...session, clients })
    frames.push(...(notices?.frames ?? []))
    deliveries.push(...(notices?.deliveries ?? []))
  }
  return { frames, deliveries }
}

/** Listed after the session has ended: what was given meanwhile ends too. Back-Channel Logout §2.7 */
async function endTokensOf(server: Server, sessionId: string): Promise<void> {
  for await (const { id, scope } of server.authorizations.list({ sessionId })) {
    if (!scope.includes('offline_access')) await server.authorizations.revoke({ authorizationId: id }, 'logout')
  }
}

/**
 * Signs a person out everywhere: every session ends, the clients of each are told, and every token ends, those with
 * `offline_access` too. Returns how many authorizations ended.
 *
 * @example
 * await signOutEverywhere(server, user.id) // after a change of the password
 */
export async function signOutEverywhere(server: Server, subject: string): Promise<number> {
  const sessions = new Set<string>()
  for await (const authorization of server.authorizations.list({ subject })) {
    const sessionId = sessionSlot.read(authorization)
    if (sessionId !== undefined) sessions.add(sessionId)
  }
  for (const sessionId of sessions) await logOut(server, { sessionId, subject }, () => Promise.resolve())
  return server.authorizations.revoke({ subject })
}
