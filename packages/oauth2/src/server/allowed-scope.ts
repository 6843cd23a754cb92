/**
 * What a client gets of the scope that it asks for.
 *
 * @spec RFC 6749 §3.3
 */

import { invalidScope } from '../errors.ts'
import { coversScope } from '../scope.ts'
import type { Client } from './contract/client.ts'
import type { Server } from './contract/server.ts'

/** All of it, or with `narrowScope` what the client may have. @throws OAuth2Error `invalid_scope` */
export function allowedScope(
  { narrowScope }: Pick<Server, 'narrowScope'>,
  client: Client,
  requested: readonly string[],
): readonly string[] {
  if (coversScope(client.scope, requested)) return requested
  const allowed = narrowScope ? requested.filter((word) => client.scope.includes(word)) : []
  if (allowed.length === 0) throw invalidScope('the client may not ask for this scope')
  return allowed
}
