/** The provider of any OpenID Connect issuer, for the registry. */

import type { Provider } from '@authlib/core'
import { OpenIDClient, type OpenIDClientOptions } from './openid-client.ts'

/** `registry.register('example', oidc({ issuer, clientId, clientSecret, scope: ['profile', 'email'] }))` */
export function oidc(options: OpenIDClientOptions): Provider<OpenIDClient> {
  return (environment) => new OpenIDClient({ ...environment, ...options })
}
