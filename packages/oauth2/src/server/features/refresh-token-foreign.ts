/** Refresh tokens of another server: the first use makes an authorization of ours of them. */

import { sha256Base64url } from '@authlib/core/kit'
import type { Authorization } from '../contract/authorization.ts'
import type { Server } from '../contract/server.ts'
import { foreignRefreshToken } from '../contract/token-moments.ts'
import { refreshSlot, type RefreshState } from './refresh-token-state.ts'

const YEAR = 365 * 86_400

/** What a refresh token is one of. */
export interface RefreshFamily {
  readonly authorization: Authorization
  readonly generation: number
}

/**
 * The family that a foreign token is the first one of, stored or still to be made; null when it is of no server that we know.
 * Its authorization outlives the token, so that a second use is a replay however late it comes.
 */
export async function foreignFamily(server: Server, token: string): Promise<RefreshFamily | null> {
  for (const read of server.handlers(foreignRefreshToken)) {
    const known = await read({ server, token })
    if (!known) continue
    const id = (await sha256Base64url(`legacy refresh token ${token}`)).slice(0, 22)
    const stored = await server.authorizations.find(id)
    if (stored) return { authorization: stored, generation: 0 } // from now on its times are ours
    const now = server.clock()
    if (!(known.expiresAt > now)) continue
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
  return null
}
