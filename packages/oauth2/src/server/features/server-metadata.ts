/**
 * Authorization server metadata, served where RFC 8414 §3.1 says.
 *
 * @spec RFC 8414 §3
 */

import { jsonResponse, type HttpResponse } from '@authlib/core'
import { AUTHORIZATION_SERVER_METADATA } from '../../metadata.ts'
import type { Endpoint } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'

/** Publishes what the server does, computed from its registrations. RFC 8414 §3. */
export const metadataEndpoint: Endpoint = {
  kind: 'endpoint',
  name: 'metadata',
  path: { wellKnown: AUTHORIZATION_SERVER_METADATA, placement: 'insert' },
  methods: ['GET'],
  cors: true,
  metadata: () => ({}),
  handle: (_http, server) => metadataResponse(server),
}

/** The document, cacheable for five minutes. */
function metadataResponse(server: Server): HttpResponse {
  return jsonResponse(200, server.metadata(), [['cache-control', 'public, max-age=300']])
}
