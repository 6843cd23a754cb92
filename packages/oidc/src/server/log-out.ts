/** The end of a login session: the clients that took part in it are told, and its tokens end with it. */

import type { HttpHeader } from '@authlib/core'
import { moment, on, sessionSlot, type Client, type Extension, type Moment, type Server } from '@authlib/oauth2/server'
import { idTokenClaims } from './moments.ts'

/** A session that ends, and the clients that a code or token was given to under it. */
export interface EndingSession {
  readonly server: Server
  /** Also the `sid` of ID Tokens and logout tokens. */
  readonly sessionId: string
  readonly subject: string
  readonly clients: readonly Client[]
}

/** Tells clients that a session ends, before it does. `frames`: URLs that the logout page opens in frames. */
export const sessionEnding: Moment<EndingSession, { readonly frames?: readonly string[] }> = moment('session_ending')

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
 * Tells the clients of a session, runs `end`, and ends the tokens that were given under it, except those with
 * `offline_access`. Returns the URLs to open in frames.
 *
 * @spec OpenID Connect Back-Channel Logout 1.0 §2.7
 */
export async function logOut(
  server: Server,
  { sessionId, subject }: Pick<EndingSession, 'sessionId' | 'subject'>,
  end: () => Promise<void>,
): Promise<readonly string[]> {
  const bySession: { id: string; offline: boolean; clientId: string }[] = []
  for await (const { id, scope, clientId } of server.authorizations.list({ sessionId })) {
    bySession.push({ id, clientId, offline: scope.includes('offline_access') })
  }
  const found = await Promise.all(
    [...new Set(bySession.map(({ clientId }) => clientId))].map((id) => server.clients.find(id)),
  )
  const clients = found.filter((client) => client !== null)
  const frames: string[] = []
  for (const tell of server.handlers(sessionEnding)) {
    frames.push(...((await tell({ server, sessionId, subject, clients }))?.frames ?? []))
  }
  await end()
  for (const { id, offline } of bySession) {
    if (!offline) await server.authorizations.revoke({ authorizationId: id }, 'logout') // Back-Channel Logout §2.7
  }
  server.background(() => server.deliverDue())
  return frames
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
