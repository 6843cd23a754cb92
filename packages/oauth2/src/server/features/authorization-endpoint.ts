/**
 * The authorization endpoint, for servers with a registered interaction. Without one its path is the application's own.
 *
 * @spec RFC 6749 §3.1
 */

import type { Endpoint } from '../contract/feature.ts'

/** Where browsers ask for authorization. RFC 6749 §3.1. */
export const authorizeEndpoint: Endpoint = {
  name: 'authorization',
  path: '/authorize',
  methods: ['GET', 'POST'],
  cors: false, // browsers navigate here, scripts never call it. RFC 9700 §2.6
  mounted: (server) => server.hasInteraction,
  async handle(request, server) {
    return server.beginInteraction(await server.validateAuthorizationRequest(request), request)
  },
}
