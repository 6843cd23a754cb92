/** Grants by their id: the authorizations that carry it. */

import { AUTHORIZATION_KIND, readAuthorization, slot } from '../records/authorization.ts'
import type { Authorization, Slot } from '../contract/authorization.ts'
import type { Client } from '../contract/client.ts'
import type { Environment } from '../contract/server.ts'

/** The `grant_id` of an authorization. */
export const grantIdSlot: Slot<string> = slot<string>('grantId')

/** By what its authorizations are found. */
export function grantTag(grantId: string): string {
  return `grant:${grantId}`
}

/** Those of this client that are active, the newest last. Empty for anything that is no grant of it. */
export async function findGrants(
  server: Environment,
  { clientId }: Pick<Client, 'clientId'>,
  grantId: string,
): Promise<readonly Authorization[]> {
  if (!/^[A-Za-z0-9_-]{22}$/.test(grantId)) return []
  const query = { kind: AUTHORIZATION_KIND, by: 'tag', value: grantTag(grantId) } as const
  const { items } = await server.store.list(query)
  const now = server.clock()
  return items
    .map((record) => readAuthorization(record, now))
    .filter((one) => one !== null)
    .filter((one) => one.status === 'active' && one.clientId === clientId)
    .sort((one, other) => one.createdAt - other.createdAt)
}
