/** The provider of any OAuth 1 server, for the registry. */

import type { Provider } from '@authlib/core'
import { OAuth1Client } from './oauth1-client.ts'
import type { OAuth1ClientOptions } from './settings.ts'

/**
 * `registry.register('example', oauth1({ clientId, clientSecret, requestTokenUrl, authorizationUrl, accessTokenUrl }))`
 *
 * The two calls of a login are those of OAuth 2.
 */
export function oauth1(options: OAuth1ClientOptions): Provider<OAuth1Client> {
  return ({ name: _name, ...environment }) => new OAuth1Client({ ...environment, ...options })
}
