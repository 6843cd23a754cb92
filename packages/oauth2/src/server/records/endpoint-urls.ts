/**
 * Where an endpoint is reached: at its own URL, and where it asks for certificates.
 *
 * @spec RFC 8705 §5
 */

import type { JsonObject } from '@authlib/core'
import type { Server } from '../contract/server.ts'

/** Empty when no endpoint of this name is registered. */
export function endpointUrls(server: Server, endpoint: string): readonly string[] {
  const { mtls_endpoint_aliases: aliases } = server.metadata() as JsonObject // sound: metadata is JSON
  const alias = (aliases as JsonObject | undefined)?.[`${endpoint}_endpoint`]
  try {
    return typeof alias === 'string' ? [server.url(endpoint), alias] : [server.url(endpoint)]
  } catch {
    return []
  }
}
