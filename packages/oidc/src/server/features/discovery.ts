/**
 * The provider's metadata where OpenID Connect looks for it, behind the path of the issuer.
 *
 * @spec OpenID Connect Discovery 1.0 §3 §4
 */

import { jsonResponse } from '@authlib/core'
import { OPENID_CONFIGURATION } from '@authlib/oauth2'
import { metadataDocument, type Endpoint } from '@authlib/oauth2/server'

/** Said in full, as one of them is true when it is absent. A feature that supports one says so itself. */
const defaults = {
  claims_parameter_supported: false,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
}

/** Comes with the extension that issues ID Tokens. */
export const discoveryEndpoint: Endpoint = {
  kind: 'endpoint',
  name: 'openid_configuration',
  path: { wellKnown: OPENID_CONFIGURATION, placement: 'append' },
  methods: ['GET'],
  cors: true,
  metadata: () => ({}),
  mounted(server) {
    server.metadata() // throws what is wrong with the configuration before the first request
    return true
  },
  async handle(_http, server) {
    let document = { ...defaults, ...server.metadata() }
    for (const add of server.handlers(metadataDocument)) document = { ...document, ...(await add(server)) }
    return jsonResponse(200, document, [['cache-control', 'public, max-age=300']])
  },
}
