/** Replacing a client secret without an outage: two are live for a while. */

import { assertSeconds } from '@authlib/core/kit'
import type { Client, ClientSecret } from '../contract/client.ts'
import type { Server } from '../contract/server.ts'
import { secretAtRest } from './client-metadata.ts'
import { createClientSecret } from './client-secret.ts'

export interface RotateClientSecretOptions {
  /** Seconds for which the newest of the old secrets is accepted beside the new one. Default 86,400; 0 ends it now. */
  readonly overlap?: number | undefined
}

/**
 * Gives a client a new secret, which is returned and never shown again. Of the old ones the newest stays for `overlap`
 * seconds, and the others end: at most two are ever live. Null when there is no such client.
 *
 * @throws AuthlibError `clients_are_fixed` when the source of the clients cannot update
 * @throws TypeError for a client that has no secret
 * @example
 * const secret = await rotateClientSecret(server, 'shop')
 */
export async function rotateClientSecret(
  server: Pick<Server, 'clients' | 'clock' | 'random' | 'tokenPrefix'>,
  clientId: string,
  { overlap = 86_400 }: RotateClientSecretOptions = {},
): Promise<string | null> {
  assertSeconds({ overlap })
  const secret = createClientSecret(server.random, server.tokenPrefix)
  const client = await server.clients.update(clientId, async (found) => {
    const now = server.clock()
    const newest = found.secrets.findLast((known) => isLive(known, now))
    if (newest === undefined && found.authMethod === 'none') throw new TypeError('The client has no secret to replace')
    const until = Math.min(now + overlap, newest?.expiresAt ?? Infinity)
    const kept = newest !== undefined && until > now ? [{ ...newest, expiresAt: until }] : []
    return { ...found, secrets: [...kept, await secretAtRest(secret, 0, found)] } satisfies Client
  })
  return client && secret
}

function isLive({ expiresAt }: ClientSecret, now: number): boolean {
  return expiresAt === undefined || expiresAt > now
}
