/**
 * The key that signs what one client is told, and the keys that such a token is checked with when it comes back.
 *
 * @spec OpenID Connect Core 1.0 §10.1
 */

import { decodeUnverifiedJwt, KeySet, type Key, type VerificationKeys } from '@authlib/jose'
import { serverError } from '@authlib/oauth2'
import type { Client, Server } from '@authlib/oauth2/server'
import { firstOf, secretSigning } from './moments.ts'
import { signatureAlgorithms, usesSecret } from './registration.ts'

/** @throws OAuth2Error `server_error` for a client without a secret that will do */
export async function signingKeyFor(server: Server, client: Client, alg: string): Promise<Key> {
  if (!usesSecret(alg)) return server.requireKeys().signingKey(alg)
  const key = (await secretKeys(server, client, alg)).at(-1)
  if (key) return key
  throw serverError('', { reason: `the client has no secret that is kept for ${alg}` })
}

/** For an ID Token that comes back as a hint. Its header says only which of the client's own keys to look at. */
export async function hintKeys(
  server: Server,
  client: Client | null,
  hint: string,
): Promise<{ readonly keys: VerificationKeys; readonly algorithms: readonly string[] }> {
  const { alg } = decodeUnverifiedJwt(hint).header
  if (!usesSecret(alg)) return { keys: await server.requireKeys().keySet(), algorithms: signatureAlgorithms(server) }
  return { keys: KeySet.of(...(client ? await secretKeys(server, client, alg) : [])), algorithms: [alg] }
}

async function secretKeys(server: Server, client: Client, alg: string): Promise<readonly Key[]> {
  return (await firstOf(server.handlers(secretSigning), { server, client, alg })) ?? []
}
