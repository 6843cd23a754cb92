/**
 * The implicit grant: an access token in the fragment of the redirect URI.
 *
 * @spec RFC 6749 §4.2
 * @spec RFC 9700 §2.1.2
 */

import type { ResponseType } from '../contract/registrable.ts'
import { authorizeEndpoint } from '../features/authorization-endpoint.ts'
import { issuerParameter } from '../features/issuer-parameter.ts'

/**
 * The response type `token`. The access token stands in a URL, where it leaks through history, logs and scripts, and nothing
 * proves that the client which uses it is the one that asked: RFC 9700 §2.1.2 says not to, and OAuth 2.1 has removed it. For
 * clients that cannot be changed to the authorization code grant. No refresh token is issued.
 *
 * @example
 * import { insecureImplicitResponseType } from '@authlib/oauth2/legacy'
 *
 * server.register(insecureImplicitResponseType)
 */
export const insecureImplicitResponseType: ResponseType = {
  kind: 'response_type',
  responseType: 'token',
  grantTypes: ['implicit'],
  defaultMode: 'fragment', // §4.2.2
  metadata: { grant_types_supported: ['implicit'] },
  settings: { frontChannelTokens: true },
  includes: [authorizeEndpoint, issuerParameter],
  respond: (request, authorization) =>
    request.server.tokens.mint(request, { authorization, scope: authorization.scope, update: { status: 'active' } }),
}
