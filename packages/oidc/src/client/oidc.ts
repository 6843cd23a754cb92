/** The provider of any OpenID provider, for the registry. */

import type { Provider } from '@authlib/core'
import type { OpenIDAuthorizationOptions, OpenIDLoginResult } from './login.ts'
import { OpenIDClient, type OpenIDClientOptions } from './openid-client.ts'

/**
 * `registry.register('example', oidc({ issuer, clientId, clientSecret }))`
 *
 * @example
 * const oauth = new OAuth({ adapter, secrets }).register('example', oidc({ issuer, clientId, clientSecret }))
 */
export function oidc<
  Result extends object = OpenIDLoginResult,
  Options extends OpenIDAuthorizationOptions = OpenIDAuthorizationOptions,
>(options: OpenIDClientOptions<Result>): Provider<OpenIDClient<Result, Options>> {
  return ({ name: _name, ...environment }) => new OpenIDClient<Result, Options>({ ...environment, ...options })
}
