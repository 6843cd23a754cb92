/**
 * WebFinger: from an account or a URL to the issuer of this provider.
 *
 * @spec OpenID Connect Discovery 1.0 §2
 * @spec RFC 7033 §4
 */

import { jsonResponse, readQuery, type Awaitable } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import { errorResponse, invalidRequest } from '@authlib/oauth2'
import type { Endpoint, Server } from '@authlib/oauth2/server'

export interface WebFingerOptions {
  /** Whether this provider answers for the resource, such as `acct:ann@example.com` or `https://example.com/ann`. */
  readonly accepts: (resource: string, server: Server) => Awaitable<boolean>
}

const ISSUER_RELATION = 'http://openid.net/specs/connect/1.0/issuer'

/**
 * Serves `/.well-known/webfinger` at the root of the issuer's host.
 *
 * @example
 * server.register(webFinger({ accepts: (resource) => resource.endsWith('@example.com') }))
 */
export function webFinger({ accepts, ...others }: WebFingerOptions): Endpoint {
  refuseUnknownOptions('webFinger', others)
  return {
    kind: 'endpoint',
    name: 'webfinger',
    path: { wellKnown: 'webfinger', placement: 'root' },
    methods: ['GET'],
    cors: true, // RFC 7033 §5
    metadata: () => ({}),
    async handle(http, server) {
      const params = readQuery(http, { repeatable: ['rel'] })
      const resource = params.get('resource')
      if (resource === undefined) return errorResponse(invalidRequest('resource is missing')) // RFC 7033 §4.2
      if (!(await accepts(resource, server))) return jsonResponse(404, { error: 'not_found' })
      const relations = params.all('rel')
      const wanted = relations.length === 0 || relations.includes(ISSUER_RELATION) // RFC 7033 §4.3
      const links = wanted ? [{ rel: ISSUER_RELATION, href: server.issuer }] : []
      return {
        status: 200,
        headers: [['content-type', 'application/jrd+json']], // RFC 7033 §10.2
        body: JSON.stringify({ subject: resource, links }),
      }
    },
  }
}
