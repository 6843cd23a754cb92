/** Checking a client secret, in the same time whether the client exists or not. */

import { constantTimeEqual } from '@authlib/core'
import { invalidClient } from '../../errors.ts'
import type { Client, ClientSecret } from '../contract/client.ts'
import type { Server } from '../contract/server.ts'
import { secretHash } from '../records/client-secret.ts'

/** What a request says to be a client's id and secret. */
export interface PresentedSecret {
  readonly clientId: string
  readonly secret: string
  /** Name of the endpoint that asks. */
  readonly endpoint: string
  /** Another reading of the same credentials. It counts where the first one leads to no client, or is not its secret. */
  readonly raw?: { readonly clientId: string; readonly secret: string } | undefined
}

const NOBODY: readonly ClientSecret[] = [{ hash: `sha-256:${'A'.repeat(43)}` }]

/**
 * The client, if the secret is one of its own that is alive. Our own hashes take the same time whether the client exists
 * or not; those of a registered `SecretVerifier` take their own.
 *
 * @throws OAuth2Error `invalid_client`, whatever is wrong
 */
export async function verifySecret(
  server: Server,
  { clientId, secret, endpoint, raw }: PresentedSecret,
): Promise<Client> {
  const client = await findClient(server, clientId, raw?.clientId, endpoint)
  const presented = raw === undefined || raw.secret === secret ? [secret] : [secret, raw.secret]
  const matches: ClientSecret[] = []
  for (const text of presented) {
    const hashing = secretHash(text)
    const hash = typeof hashing === 'string' ? hashing : await hashing
    for (const known of client?.secrets.length ? client.secrets : NOBODY) {
      if (
        known.hash.startsWith('sha-256:')
          ? constantTimeEqual(known.hash, hash)
          : await server.clients.matchesSecret(known.hash, text)
      )
        matches.push(known)
    }
  }
  if (!client || matches.length === 0) throw invalidClient('', { reason: client ? 'wrong secret' : 'unknown client' })
  const now = server.clock()
  const live = matches.some(({ expiresAt }) => expiresAt === undefined || expiresAt > now) // RFC 7591 §3.2.1
  if (!live) throw invalidClient('', { reason: 'the secret has expired' })
  return client
}

async function findClient(
  server: Server,
  clientId: string,
  other: string | undefined,
  endpoint: string,
): Promise<Client | null> {
  const client = await server.clients.find(clientId, { endpoint })
  if (client || other === undefined || other === clientId || other.includes('\0')) return client
  return server.clients.find(other, { endpoint })
}
