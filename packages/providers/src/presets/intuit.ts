import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Intuit. */
export const intuitPreset: OAuth2Preset = {
  name: 'intuit',
  title: 'Intuit',
  protocol: 'oauth2',
  variables: { environment: { pattern: '(?:sandbox-)?', default: '' } },
  metadata: {
    authorization_endpoint: 'https://appcenter.intuit.com/connect/oauth2',
    token_endpoint: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
    revocation_endpoint: 'https://developer.api.intuit.com/v2/oauth2/tokens/revoke',
  },
  pkce: 'none',
  scope: ['openid', 'profile', 'email'],
  offline: 'always',
  keepFromCallback: ['realmId'],
  keep: ['x_refresh_token_expires_in'],
  api: {
    base: 'https://{environment}quickbooks.api.intuit.com/',
    origins: ['https://{environment}accounts.platform.intuit.com'],
  },
  userinfo: { url: 'https://{environment}accounts.platform.intuit.com/v1/openid_connect/userinfo' },
  profile: {
    sub: 'sub',
    given_name: 'givenName',
    family_name: 'familyName',
    name: '{givenName} {familyName}',
    email: 'email',
    email_verified: 'emailVerified',
    phone_number: 'phoneNumber',
  },
}

export interface IntuitOptions extends OAuth2ProviderOptions {
  /** Uses the sandbox of Intuit, with clients of the sandbox. Default false. */
  readonly sandbox?: boolean | undefined
}

/**
 * Log in with Intuit.
 *
 * - `token.extra.realmId` is the company that the person chose: the API of QuickBooks wants it in its paths.
 * - For QuickBooks, add `com.intuit.quickbooks.accounting` to the scope.
 * - Refresh tokens rotate about once a day.
 *
 * @see [Register an application](https://developer.intuit.com/app/developer/dashboard)
 * @see [Documentation](https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0)
 */
export const intuit = ({ sandbox = false, ...options }: IntuitOptions): OAuth2Provider =>
  oauth2Provider(intuitPreset, options, { variables: { environment: sandbox ? 'sandbox-' : '' } })
