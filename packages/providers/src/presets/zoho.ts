import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Zoho. */
export const zohoPreset: OAuth2Preset = {
  name: 'zoho',
  title: 'Zoho',
  protocol: 'oauth2',
  variables: {
    'accounts-server': {
      pattern: 'https://accounts\\.(?:zoho\\.(?:com|eu|in|jp|sa|uk|com\\.au|com\\.cn)|zohocloud\\.ca)',
      default: 'https://accounts.zoho.com',
      from: 'callback',
    },
  },
  metadata: {
    authorization_endpoint: 'https://accounts.zoho.com/oauth/v2/auth',
    token_endpoint: '{accounts-server}/oauth/v2/token',
    revocation_endpoint: '{accounts-server}/oauth/v2/token/revoke',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['AaaServer.profile.READ'],
  scopeSeparator: ',',
  offline: { params: { access_type: 'offline', prompt: 'consent' } },
  tokenResponse: {
    tokenType: 'Bearer',
    error: { code: 'error', codes: { invalid_code: 'invalid_grant', invalid_client_secret: 'invalid_client' } },
  },
  keep: ['api_domain', 'location'],
  api: { base: '{accounts-server}/' },
  userinfo: { url: 'oauth/user/info' },
  profile: {
    sub: 'ZUID',
    name: ['Display_Name', '{First_Name} {Last_Name}'],
    given_name: 'First_Name',
    family_name: 'Last_Name',
    email: 'Email',
  },
}

/**
 * Log in with Zoho.
 *
 * - Zoho keeps people in several data centers. The callback names the one of the person, and tokens are issued and refreshed there. Switch on "Multi DC" for the client.
 * - `token.extra.api_domain` is the API of the person: name the ones you expect in `resources`, such as `https://www.zohoapis.eu`.
 *
 * @see [Register an application](https://api-console.zoho.com/)
 * @see [Documentation](https://www.zoho.com/accounts/protocol/oauth/web-apps/authorization.html)
 */
export const zoho = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(zohoPreset, options)
