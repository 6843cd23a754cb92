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
  client: Pick<Client, 'clientId'>,
  grantId: string,
): Promise<readonly Authorization[]> {
  return (await findAllOf(server, client, grantId)).filter(({ status }) => status === 'active')
}

/** As {@link findGrants}, with those that were approved and not redeemed. */
export async function findAllOf(
  { store, clock }: Environment,
  { clientId }: Pick<Client, 'clientId'>,
  grantId: string,
): Promise<readonly Authorization[]> {
  if (!/^[A-Za-z0-9_-]{22}$/.test(grantId)) return []
  const found: Authorization[] = []
  let after: string | undefined
  do {
    const page = await store.list({ kind: AUTHORIZATION_KIND, by: 'tag', value: grantTag(grantId), after })
    const now = clock()
    for (const record of page.items) {
      const authorization = readAuthorization(record, now)
      if (authorization?.clientId === clientId && authorization.status !== 'revoked') found.push(authorization)
    }
    after = page.next
  } while (after !== undefined)
  return found.sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
}
