/** Refresh tokens of another server: the first use makes an authorization of ours of them. */

import { sha256Base64url } from '@authlib/core/kit'
import type { Authorization } from '../contract/authorization.ts'
import { on, type Moment, type MomentHandler } from '../contract/moments.ts'
import type { Server } from '../contract/server.ts'
import type { ForeignRefreshToken } from '../contract/token-moments.ts'
import { refreshFamily, refreshSlot, type RefreshFamily, type RefreshState } from './refresh-family.ts'

const YEAR = 365 * 86_400

type Presented = { readonly server: Server; readonly token: string }

/** A refresh token that this server has not made. The first handler that knows it decides. */
export const foreignRefreshToken: Moment<Presented, ForeignRefreshToken> = {
  name: 'foreign_refresh_token',
  handler: (read: MomentHandler<Presented, ForeignRefreshToken>) =>
    on(refreshFamily, async ({ server, token }) => {
      const known = await read({ server, token })
      return known ? familyOf(server, token, known) : undefined
    }),
}

/**
 * The family that a foreign token is the first one of, stored or still to be made. Its authorization outlives the token, so
 * that a second use is a replay however late it comes.
 */
async function familyOf(server: Server, token: string, known: ForeignRefreshToken): Promise<RefreshFamily | undefined> {
  const id = (await sha256Base64url(`legacy refresh token ${token}`)).slice(0, 22)
  const stored = await server.authorizations.find(id)
  if (stored) return { authorization: stored, generation: 0 } // from now on its times are ours
  const now = server.clock()
  if (!(known.expiresAt > now)) return undefined
  const { clientId, subject, scope, expiresAt, absoluteUntil = now + YEAR, authTime, acr, amr, data } = known
  const state: RefreshState = {
    generation: 0,
    head: await sha256Base64url(token),
    idleUntil: Math.min(expiresAt, absoluteUntil),
    absoluteUntil,
  }
  const authorization: Authorization = {
    ...{ id, revision: 0, status: 'active', clientId, subject, scope, createdAt: now, expiresAt, authTime, acr, amr },
    data: { ...data, ...refreshSlot.write(state) },
  }
  return { authorization, generation: 0 }
}
