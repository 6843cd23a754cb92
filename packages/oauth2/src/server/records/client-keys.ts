/**
 * The public keys of a client: the key set in its metadata, or the one at its `jwks_uri`.
 *
 * @spec RFC 7591 §2
 */

import type { JsonObject } from '@authlib/core'
import { recentMap, type RecentMap } from '@authlib/core/kit'
import { findEncryptionKey, KeySet, remoteKeySet, type JwkSet, type Key, type KeySetLike } from '@authlib/jose'
import type { Client } from '../contract/client.ts'
import type { Environment } from '../contract/server.ts'

const CACHED = 1000

/** Parsed once for each server: parsing a key costs more than using it. */
const caches = new WeakMap<Environment, RecentMap<KeySetLike>>()

/**
 * The keys that the client has registered; null when it has none. A `jwks_uri` is fetched when a key is needed, only from
 * public addresses, and kept as its Cache-Control says.
 */
export function clientKeys(server: Environment, { clientId, metadata }: Client): KeySetLike | null {
  const { jwks, jwks_uri: uri } = metadata
  if (isObject(jwks)) return cached(server, `${clientId} ${JSON.stringify(jwks)}`, () => keySetOf(jwks))
  if (typeof uri === 'string') return cached(server, uri, () => remoteSet(server, uri))
  return null
}

/** A key to encrypt to with this algorithm; null when the client has registered none. */
export async function clientEncryptionKey(server: Environment, client: Client, alg: string): Promise<Key | null> {
  const keys = clientKeys(server, client)
  return keys && findEncryptionKey(keys, alg)
}

function keySetOf(jwks: JsonObject): KeySet {
  return KeySet.from(jwks as unknown as JwkSet) // sound: KeySet.from checks it, and passes unusable keys over
}

function remoteSet(server: Environment, uri: string): KeySetLike {
  return remoteKeySet(uri, {
    clock: server.clock,
    fetch: async (_url, { headers, signal } = {}) => {
      const answer = await server.send(uri, {
        headers: Object.fromEntries(new Headers(headers)),
        ...(signal && { signal }),
        maxBody: 262_144,
        timeout: 5,
      })
      const bodiless = answer.status === 304 || answer.status === 204
      return new Response(bodiless ? null : answer.text, answer)
    },
  })
}

function cached(server: Environment, name: string, make: () => KeySetLike): KeySetLike {
  const cache = caches.get(server) ?? recentMap<KeySetLike>(CACHED)
  caches.set(server, cache)
  const keys = cache.get(name) ?? make()
  cache.set(name, keys)
  return keys
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
