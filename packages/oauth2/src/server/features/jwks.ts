/**
 * The public keys of the server. Whatever signs brings it along.
 *
 * @spec RFC 7517 §5
 * @spec RFC 8414 §2
 */

import { jsonResponse } from '@authlib/core'
import type { JwkSet } from '@authlib/jose'
import { moment, type Moment } from '../contract/moments.ts'
import type { Endpoint } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'

/** What a feature publishes beside the signing keys, such as keys to encrypt to the server. */
export const publishedKeys: Moment<Server, JwkSet> = moment('published_keys')

/** Publishes the public signing keys, and those of {@link publishedKeys}. RFC 7517 §5. */
export const jwksEndpoint: Endpoint = {
  kind: 'endpoint',
  name: 'jwks',
  path: '/jwks',
  methods: ['GET'],
  cors: true,
  metadata: (server) => ({ jwks_uri: server.url('jwks') }),
  async handle(_request, server) {
    const handlers = server.handlers(publishedKeys)
    const others = await Promise.all(handlers.map(async (keysOf) => keysOf(server)))
    const signing = server.keys || others.length === 0 ? await server.requireKeys().jwks() : { keys: [] }
    const keys = [...signing.keys, ...others.flatMap((set) => set?.keys ?? [])]
    return jsonResponse(200, { ...signing, keys }, [['cache-control', 'public, max-age=300']])
  },
}
