/**
 * The client credentials grant: a client acting for itself.
 *
 * @spec RFC 6749 §4.4
 */

import { unauthorizedClient } from '../../errors.ts'
import { parseScope } from '../../scope.ts'
import { allowedScope } from '../allowed-scope.ts'
import { isPublicClient } from '../contract/client.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import type { Grant } from '../contract/registrable.ts'
import { newAuthorization } from '../records/authorization.ts'

/**
 * Confidential clients only. Without `scope` in the request the token carries everything the client may have.
 *
 * @example
 * server.registerGrant(clientCredentialsGrant())
 */
export function clientCredentialsGrant(): Grant {
  return {
    kind: 'grant',
    grantType: 'client_credentials',
    includes: [tokenEndpoint],
    exchange(request) {
      const { server, client, params } = request
      if (isPublicClient(client)) throw unauthorizedClient('a public client may not use this grant_type') // §4.4
      const scope = params.has('scope') ? allowedScope(server, client, parseScope(params.get('scope'))) : client.scope
      return { authorization: newAuthorization(request, { scope }), scope, single: true } // §4.4.3: no refresh token
    },
  }
}
