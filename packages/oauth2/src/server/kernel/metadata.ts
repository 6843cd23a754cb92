/**
 * The metadata document, computed from what is registered, so that it cannot lie.
 *
 * @spec RFC 8414 §2
 */

import { AuthlibError, type Json } from '@authlib/core'
import type { AuthorizationServerMetadata } from '../../metadata.ts'
import type { Server } from '../contract/server.ts'
import type { Registry } from './registry.ts'

export function composeMetadata(server: Server, registry: Registry): AuthorizationServerMetadata {
  const members: Record<string, Json | undefined> = { issuer: server.issuer }
  const authMethods = [...registry.clientAuthMethods.keys()]
  for (const endpoint of registry.endpoints.values()) {
    const own = endpoint.metadata?.(server) ?? { [`${endpoint.name}_endpoint`]: server.url(endpoint.name) }
    for (const [name, value] of Object.entries(own)) join(members, name, value)
  }
  if (server.scopes) members['scopes_supported'] = server.scopes
  members['response_types_supported'] = registry.responseTypes
  if (registry.responseTypes.length > 0) members['response_modes_supported'] = [...registry.responseModes.keys()]
  members['grant_types_supported'] = registry.grantTypes
  for (const endpoint of ['token', 'revocation', 'introspection']) {
    if (!registry.endpoints.has(endpoint)) continue
    const methods = endpoint === 'introspection' ? authMethods.filter((method) => method !== 'none') : authMethods
    members[`${endpoint}_endpoint_auth_methods_supported`] = methods
  }
  for (const part of registry.metadata(server)) {
    for (const [name, value] of Object.entries(part)) join(members, name, value)
  }
  return Object.freeze(members) as AuthorizationServerMetadata // sound: issuer is set, every member is JSON
}

/** Lists are joined; anything else may be said once, or twice alike. */
function join(members: Record<string, Json | undefined>, name: string, value: Json | undefined): void {
  const present = members[name]
  if (Array.isArray(present) && Array.isArray(value)) {
    members[name] = [...new Set([...(present as Json[]), ...(value as Json[])])]
    return
  }
  if (present !== undefined && present !== value) {
    throw new AuthlibError('conflicting_metadata', 'Two features publish different values of one metadata member', {
      reason: name,
    })
  }
  members[name] = value
}
