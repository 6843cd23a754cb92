import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Dribbble. */
export const dribbblePreset: OAuth2Preset = {
  name: 'dribbble',
  title: 'Dribbble',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://dribbble.com/oauth/authorize',
    token_endpoint: 'https://dribbble.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['public'],
  offline: 'never',
  api: { base: 'https://api.dribbble.com/v2/' },
  userinfo: { url: 'user' },
  profile: { sub: 'id', name: 'name', preferred_username: 'login', picture: 'avatar_url', profile: 'html_url' },
}

/**
 * Log in with Dribbble.
 *
 * - Access tokens do not expire. There is no email address.
 *
 * @see [Register an application](https://dribbble.com/account/applications)
 * @see [Documentation](https://developer.dribbble.com/v2/oauth/)
 */
export const dribbble = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(dribbblePreset, options)
