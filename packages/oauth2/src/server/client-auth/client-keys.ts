/**
 * The public keys of a client: its `jwks`, or what stands at its `jwks_uri`.
 *
 * @spec RFC 7591 §2
 */

import { recentMap } from '@authlib/core/kit'
import { KeySet, remoteKeySet, type JwkSet, type KeySetLike, type RemoteKeySet } from '@authlib/jose'
import { clientMember, memberTypes, type ClientMember } from '../contract/client-member.ts'
import type { Client } from '../contract/client.ts'
import type { Server } from '../contract/server.ts'
import type { JsonObject } from '@authlib/core'

const jwks: ClientMember<JsonObject> = clientMember('jwks', memberTypes.object)
const jwksUri: ClientMember<string> = clientMember('jwks_uri', memberTypes.url)

/** The members that {@link clientKeys} reads. */
export const clientKeyMembers: readonly ClientMember[] = [jwks, jwksUri]

/** Finds the keys of clients. Null for one that has registered none. */
export type ClientKeys = (client: Client, server: Server) => KeySetLike | null

/** Key sets are kept: by the text of `jwks`, by the URL of `jwks_uri`. Each feature keeps its own. */
export function clientKeys(): ClientKeys {
  const sets = recentMap<KeySet>(1000)
  const remotes = recentMap<RemoteKeySet>(1000)
  return (client, server) => {
    const own = jwks.read(client)
    if (own !== undefined) {
      if (!Array.isArray(own['keys'])) return null
      const text = JSON.stringify(own)
      const known = sets.get(text) ?? KeySet.from(own as unknown as JwkSet) // sound: it has an array `keys`
      sets.set(text, known)
      return known
    }
    const uri = jwksUri.read(client)
    if (uri === undefined) return null
    const known = remotes.get(uri) ?? remoteKeySet(uri, { clock: server.clock, addresses: 'public' })
    remotes.set(uri, known)
    return known
  }
}
