/**
 * Authorization server metadata, served where RFC 8414 §3.1 says.
 *
 * @spec RFC 8414 §3
 */

import { jsonResponse, type HttpResponse, type JsonObject } from '@authlib/core'
import { AUTHORIZATION_SERVER_METADATA } from '../../metadata.ts'
import { moment, type Moment } from '../contract/moments.ts'
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
  handle: async (_http, server) => metadataResponse(await documentOf(server)),
}

/** Adds members to each answer that could not be worked out once, such as a signature. */
export const metadataDocument: Moment<Server, JsonObject> = moment('metadata_document')

async function documentOf(server: Server): Promise<JsonObject> {
  let document: JsonObject = { ...server.metadata() }
  for (const add of server.handlers(metadataDocument)) document = { ...document, ...(await add(server)) }
  return document
}

/** The document, cacheable for five minutes. */
function metadataResponse(document: JsonObject): HttpResponse {
  return jsonResponse(200, document, [['cache-control', 'public, max-age=300']])
}
