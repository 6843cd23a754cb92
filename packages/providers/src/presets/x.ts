import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about X. */
export const xPreset: OAuth2Preset = {
  name: 'x',
  title: 'X',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://x.com/i/oauth2/authorize',
    token_endpoint: 'https://api.x.com/2/oauth2/token',
    revocation_endpoint: 'https://api.x.com/2/oauth2/revoke',
  },
  scope: ['users.read', 'tweet.read', 'users.email'],
  offline: { scope: ['offline.access'] },
  api: { base: 'https://api.x.com/2/' },
  userinfo: {
    url: 'users/me?user.fields=profile_image_url,url',
    at: 'data',
    more: { email: 'users/me?user.fields=confirmed_email' },
  },
  profile: {
    sub: 'id',
    name: 'name',
    preferred_username: 'username',
    picture: 'profile_image_url',
    email: 'more.email.data.confirmed_email',
    email_verified: '=true',
    website: 'url',
  },
}

/**
 * Log in with X.
 *
 * - The address needs "Request email from users" in the settings of the app. X tells confirmed addresses only.
 * - Refresh tokens rotate. Access tokens live for two hours.
 *
 * @see [Register an application](https://developer.x.com/en/portal/dashboard)
 * @see [Documentation](https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code)
 */
export const x = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(xPreset, options)
