/**
 * The token endpoint. Every grant brings it along.
 *
 * @spec RFC 6749 §3.2
 */

import type { Endpoint } from '../contract/registrable.ts'

/** Where clients get tokens. RFC 6749 §3.2. */
export const tokenEndpoint: Endpoint = {
  kind: 'endpoint',
  name: 'token',
  path: '/token',
  methods: ['POST'],
  cors: true,
  direct: true,
  handle: (http, server) => server.tokens.createResponse(http),
}
