import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Salesforce. */
export const salesforcePreset: OAuth2Preset = {
  name: 'salesforce',
  title: 'Salesforce',
  protocol: 'oauth2',
  variables: {
    host: {
      pattern: '(?:login|test|[a-z0-9-]+(?:--[a-z0-9-]+)?(?:\\.[a-z]+)?\\.my)\\.salesforce\\.com',
      default: 'login.salesforce.com',
    },
    instance_url: { pattern: 'https://[a-z0-9-]+(?:\\.[a-z0-9-]+)*\\.(?:salesforce|force)\\.com', from: 'token' },
  },
  metadata: {
    authorization_endpoint: 'https://{host}/services/oauth2/authorize',
    token_endpoint: 'https://{host}/services/oauth2/token',
    revocation_endpoint: 'https://{host}/services/oauth2/revoke',
  },
  clientAuth: 'client_secret_post',
  scope: ['openid', 'profile', 'email'],
  offline: { scope: ['refresh_token'] },
  keep: ['id'],
  api: { base: '{instance_url}/' },
  userinfo: { url: 'services/oauth2/userinfo' },
  profile: {
    sub: 'user_id',
    name: 'name',
    given_name: 'given_name',
    family_name: 'family_name',
    preferred_username: 'preferred_username',
    email: 'email',
    email_verified: 'email_verified',
    picture: 'picture',
    zoneinfo: 'zoneinfo',
    locale: 'locale',
  },
}

export interface SalesforceOptions extends OAuth2ProviderOptions {
  /** `test.salesforce.com` for sandboxes, or a My Domain: `example.my.salesforce.com`. Default `login.salesforce.com`. */
  readonly host?: string | undefined
}

/**
 * Log in with Salesforce.
 *
 * - The API is at the `instance_url` of the token response: sessions go there by themselves. It needs `api` in the scope.
 * - The token response does not say when the token ends: a session refreshes it when the API refuses it.
 *
 * @see [Register an application](https://login.salesforce.com/)
 * @see [Documentation](https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm)
 */
export const salesforce = ({ host, ...options }: SalesforceOptions): OAuth2Provider =>
  oauth2Provider(salesforcePreset, options, { variables: { host } })
