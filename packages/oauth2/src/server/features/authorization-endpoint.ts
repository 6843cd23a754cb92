/**
 * The authorization endpoint. It is served when an interaction is registered, and published when someone answers it.
 *
 * @spec RFC 6749 §3.1
 */

import type { Endpoint } from '../contract/registrable.ts'

/** Where browsers ask for authorization. RFC 6749 §3.1. */
export const authorizeEndpoint: Endpoint = {
  kind: 'endpoint',
  name: 'authorization',
  path: '/authorize',
  methods: ['GET', 'POST'],
  cors: false, // browsers navigate here, scripts never call it. RFC 9700 §2.6
  mounted: (server) => server.interaction.mode === 'pages',
  metadata: (server) =>
    server.interaction.mode === null ? {} : { authorization_endpoint: server.url('authorization') },
  async handle(http, server) {
    return server.interaction.begin(await server.requests.authorization(http), http)
  },
}
