/**
 * The token endpoint. Every grant brings it along.
 *
 * @spec RFC 6749 §3.2
 */

import type { Endpoint } from '../contract/feature.ts'

/** Where clients get tokens. RFC 6749 §3.2. */
export const tokenEndpoint: Endpoint = {
  name: 'token',
  path: '/token',
  methods: ['POST'],
  cors: true,
  handle: (request, server) => server.createTokenResponse(request),
}
