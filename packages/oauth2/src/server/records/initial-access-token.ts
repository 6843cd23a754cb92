/**
 * Tokens with which someone may register one client.
 *
 * @spec RFC 7591 §3
 */

import { randomToken, type JsonObject } from '@authlib/core'
import { assertSeconds, sha256Base64url } from '@authlib/core/kit'
import type { Environment } from '../contract/server.ts'

export interface InitialAccessTokenOptions {
  /** Seconds until it must be used. Default 86400, a day. */
  readonly lifetime?: number | undefined
  /** Kept with the token and given to the policy, such as who it is for. Default: nothing. */
  readonly data?: JsonObject | undefined
}

const KIND = 'initial_access_token'

/**
 * Issues a token that registers one client. The store keeps its hash.
 *
 * @example
 * const token = await issueInitialAccessToken(server, { data: { developer: 'alice' } })
 */
export async function issueInitialAccessToken(
  server: Environment,
  { lifetime = 86_400, data = {} }: InitialAccessTokenOptions = {},
): Promise<string> {
  assertSeconds({ lifetime }, 1)
  const token = `${server.tokenPrefix}ia_${randomToken(server.random, 32)}`
  const id = await sha256Base64url(token)
  const now = server.clock()
  const record = { kind: KIND, id, partition: id, revision: 1, expiresAt: now + lifetime, data: { version: 1, data } }
  await server.store.commit({ partition: id, now, expect: [], put: [record], remove: [] })
  return token
}

/** A token that is valid now, not used up yet. */
export interface InitialAccessToken {
  readonly data: JsonObject
  /** False: another request has used it meanwhile. */
  use(): Promise<boolean>
}

/** Null for a token that is unknown, used or expired. */
export async function findInitialAccessToken(server: Environment, token: string): Promise<InitialAccessToken | null> {
  const id = await sha256Base64url(token)
  const [record] = await server.store.get(id, [[KIND, id]])
  const now = server.clock()
  if (!record || record.expiresAt <= now) return null
  const expect = [{ kind: KIND, id, revision: 1 }]
  return {
    data: record.data['data'] as JsonObject, // sound: issueInitialAccessToken wrote it
    use: () => server.store.commit({ partition: id, now, expect, put: [], remove: [[KIND, id]] }),
  }
}
