/**
 * Token revocation.
 *
 * @spec RFC 7009
 */

import { noStore } from '@authlib/core'
import { invalidRequest } from '../../errors.ts'
import type { Endpoint } from '../contract/registrable.ts'

/**
 * A refresh token ends its authorization with every token of it; an access token ends alone. §2.1
 *
 * @example
 * server.register(revocationEndpoint())
 */
export function revocationEndpoint(): Endpoint {
  return {
    kind: 'endpoint',
    name: 'revocation',
    path: '/revoke',
    methods: ['POST'],
    cors: true,
    direct: true,
    async handle(request, server) {
      const { client, params } = await server.clients.receive(request, 'revocation')
      const text = params.get('token')
      if (text === undefined) throw invalidRequest('token is missing')
      const token = await server.tokens.find(text) // §2.1: the hint is only a hint
      // §2.2: an unknown token is fine; another client's is left alone, and the answer does not tell it from an unknown one
      if (token?.authorization.clientId === client.clientId) await server.tokens.revoke(token)
      return { status: 200, headers: noStore, body: '' }
    },
  }
}
