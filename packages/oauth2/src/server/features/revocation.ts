/**
 * Token revocation.
 *
 * @spec RFC 7009
 */

import { noStore, readForm, type HttpRequest, type Params } from '@authlib/core'
import { invalidRequest } from '../../errors.ts'
import type { Endpoint } from '../contract/feature.ts'

/** A refresh token ends its authorization with every token of it; an access token ends alone. §2.1 */
export function revocationEndpoint(): Endpoint {
  return {
    name: 'revocation',
    path: '/revoke',
    methods: ['POST'],
    cors: true,
    async handle(request, server) {
      const params = await readTokenForm(request)
      const client = await server.authenticateClient(request, params)
      const token = await server.findToken(requireToken(params)) // §2.1: the hint is only a hint
      // §2.2: an unknown token is fine; another client's is left alone, and the answer does not tell it from an unknown one
      if (token?.authorization.clientId === client.clientId) await server.revoke(token)
      return { status: 200, headers: noStore, body: '' }
    },
  }
}

/** The form of a request about one token. @throws OAuth2Error `invalid_request` */
export async function readTokenForm(request: HttpRequest): Promise<Params> {
  const params = await readForm(request)
  if (params.repeated.length > 0) throw invalidRequest('a parameter is repeated')
  return params
}

/** @throws OAuth2Error `invalid_request` */
export function requireToken(params: Params): string {
  const token = params.get('token')
  if (token === undefined) throw invalidRequest('token is missing')
  return token
}
