/** `rt_<authorization>.<generation>.<random>.<mac>`: the mac makes a claim of reuse authentic. */

import { randomToken } from '@authlib/core'
import type { Environment } from '../contract/server.ts'
import { authorizationIdOf } from '../records/token-text.ts'

const PREFIX = 'rt'

export async function createRefreshToken(
  server: Environment,
  authorizationId: string,
  generation: number,
): Promise<string> {
  const text = `${server.tokenPrefix}${PREFIX}_${authorizationId}.${generation}.${randomToken(server.random, 32)}`
  return `${text}.${await server.mac('refresh_token').sign(text)}`
}

/** Null for anything that this server did not make. */
export async function parseRefreshToken(
  server: Environment,
  token: string,
): Promise<{ authorizationId: string; generation: number } | null> {
  const authorizationId = authorizationIdOf(PREFIX, token)
  const end = token.lastIndexOf('.')
  if (authorizationId === null || end < 0) return null
  if (!(await server.mac('refresh_token').verify(token.slice(0, end), token.slice(end + 1)))) return null
  return { authorizationId, generation: Number(token.split('.')[1]) }
}
