/** Checking a client secret, in the same time whether the client exists or not. */

import { constantTimeEqual } from '@authlib/core'
import { invalidClient } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import { hashClientSecret } from '../records/client-secret.ts'
import type { Server } from '../contract/server.ts'

const NOBODY = `sha-256:${'A'.repeat(43)}`

/** The client, if the secret is one of its own that is alive. @throws OAuth2Error `invalid_client`, whatever is wrong */
export async function verifySecret(
  server: Server,
  { clientId, secret, endpoint }: { clientId: string; secret: string; endpoint: string },
): Promise<Client> {
  const client = await server.clients.find(clientId, { endpoint })
  const hash = await hashClientSecret(secret)
  const now = server.clock()
  const secrets = client?.secrets.length ? client.secrets : [{ hash: NOBODY }]
  const matches = secrets.filter((known) => constantTimeEqual(known.hash, hash))
  if (!client || matches.length === 0) throw invalidClient('', { reason: client ? 'wrong secret' : 'unknown client' })
  const live = matches.some(({ expiresAt }) => expiresAt === undefined || expiresAt > now) // RFC 7591 §3.2.1
  if (!live) throw invalidClient('', { reason: 'the secret has expired' })
  return client
}
