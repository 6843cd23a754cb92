/** NetSuite: token-based authentication in three steps. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { hmacSha256 } from '../hmac.ts'
import { fromPreset, type PresetOptions } from './preset.ts'

export interface NetsuiteOptions extends PresetOptions {
  /** The account id, such as `1234567` or `1234567_SB1`. */
  readonly account: string
}

/**
 * `netsuite({ account: '1234567', clientId, clientSecret })`
 *
 * @throws TypeError for an account id that is not letters, digits, `_` and `-`
 */
export function netsuite({ account, ...options }: NetsuiteOptions): Provider<OAuth1Client> {
  if (!/^[A-Za-z\d]+(?:[_-][A-Za-z\d]+)*$/.test(account)) throw new TypeError('The NetSuite account id is malformed')
  const host = account.toLowerCase().replaceAll('_', '-')
  return fromPreset(
    {
      requestTokenUrl: `https://${host}.restlets.api.netsuite.com/rest/requesttoken`,
      authorizationUrl: `https://${host}.app.netsuite.com/app/login/secure/authorizetoken.nl`,
      accessTokenUrl: `https://${host}.restlets.api.netsuite.com/rest/accesstoken`,
      apiBaseUrl: `https://${host}.suitetalk.api.netsuite.com/services/rest/`,
      resources: [`https://${host}.restlets.api.netsuite.com`],
      realm: account.toUpperCase().replaceAll('-', '_'),
      signatureMethod: hmacSha256,
    },
    options,
  )
}
