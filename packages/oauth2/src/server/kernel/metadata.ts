/**
 * The metadata document, computed from what is registered, so that it cannot lie.
 *
 * @spec RFC 8414 §2
 */

import { AuthlibError, type Json } from '@authlib/core'
import type { AuthorizationServerMetadata } from '../../metadata.ts'
import type { Metadata, Registrable } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import type { Registry } from './registry.ts'

export function composeMetadata(server: Server, { all, byKind, responseTypes }: Registry): AuthorizationServerMetadata {
  const authMethods = [...byKind.client_auth_method.keys()]
  const ofKernel: Metadata = {
    issuer: server.issuer,
    scopes_supported: server.scopes,
    response_types_supported: responseTypes,
    response_modes_supported: responseTypes.length > 0 ? [...byKind.response_mode.keys()] : undefined,
    grant_types_supported: server.grantTypes,
  }
  const ofEndpoints = ['token', 'revocation', 'introspection']
    .filter((name) => byKind.endpoint.has(name))
    .map((name): Metadata => {
      const methods = authMethods.filter((method) => name !== 'introspection' || method !== 'none')
      return { [`${name}_endpoint_auth_methods_supported`]: methods }
    })
  const members: Record<string, Json> = {}
  for (const part of [ofKernel, ...ofEndpoints, ...[...all].map((thing) => metadataOf(thing, server))]) {
    for (const [name, value] of Object.entries(part)) {
      if (value !== undefined) members[name] = join(name, members[name], value)
    }
  }
  return Object.freeze(members) as AuthorizationServerMetadata // sound: issuer is set, every member is JSON
}

/** What something says about itself; of an endpoint at least its URL. */
function metadataOf(thing: Registrable, server: Server): Metadata {
  if (thing.kind === 'endpoint')
    return thing.metadata?.(server) ?? { [`${thing.name}_endpoint`]: server.url(thing.name) }
  return (typeof thing.metadata === 'function' ? thing.metadata(server) : thing.metadata) ?? {}
}

/** Lists are joined; anything else may be said once, or twice alike. */
function join(name: string, present: Json | undefined, value: Json): Json {
  if (Array.isArray(present) && Array.isArray(value)) {
    return [...new Set([...(present as Json[]), ...(value as Json[])])]
  }
  if (present === undefined || present === value) return value
  throw new AuthlibError('conflicting_metadata', 'Two features publish different values of one metadata member', {
    reason: name,
  })
}
