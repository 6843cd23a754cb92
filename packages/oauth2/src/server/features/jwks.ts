/**
 * The public keys of the server. Whatever signs brings it along.
 *
 * @spec RFC 7517 §5
 * @spec RFC 8414 §2
 */

import { jsonResponse } from '@authlib/core'
import type { Endpoint } from '../contract/registrable.ts'

/** Publishes the public signing keys. RFC 7517 §5. */
export const jwksEndpoint: Endpoint = {
  kind: 'endpoint',
  name: 'jwks',
  path: '/jwks',
  methods: ['GET'],
  cors: true,
  metadata: (server) => ({ jwks_uri: server.url('jwks') }),
  async handle(_request, server) {
    return jsonResponse(200, await server.requireKeys().jwks(), [['cache-control', 'public, max-age=300']])
  },
}
