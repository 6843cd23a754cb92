import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Pinterest. */
export const pinterestPreset: OAuth2Preset = {
  name: 'pinterest',
  title: 'Pinterest',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.pinterest.com/oauth/',
    token_endpoint: 'https://api.pinterest.com/v5/oauth/token',
  },
  pkce: 'none',
  scope: ['user_accounts:read'],
  scopeSeparator: ',',
  offline: 'always',
  tokenRequest: { params: { continuous_refresh: 'true' } },
  keep: ['refresh_token_expires_in'],
  api: { base: 'https://api.pinterest.com/v5/' },
  userinfo: { url: 'user_account' },
  profile: {
    sub: ['id', 'username'],
    name: ['business_name', 'username'],
    preferred_username: 'username',
    picture: 'profile_image',
    website: 'website_url',
  },
}

/**
 * Log in with Pinterest.
 *
 * - There is no email address.
 *
 * @see [Register an application](https://developers.pinterest.com/apps/)
 * @see [Documentation](https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/)
 */
export const pinterest = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(pinterestPreset, options)
