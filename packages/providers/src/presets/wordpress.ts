import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about WordPress.com. */
export const wordpressPreset: OAuth2Preset = {
  name: 'wordpress',
  title: 'WordPress.com',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://public-api.wordpress.com/oauth2/authorize',
    token_endpoint: 'https://public-api.wordpress.com/oauth2/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['auth'],
  offline: 'never',
  keep: ['blog_id', 'blog_url'],
  api: { base: 'https://public-api.wordpress.com/rest/v1.1/' },
  userinfo: { url: 'me' },
  profile: {
    sub: 'ID',
    name: 'display_name',
    preferred_username: 'username',
    email: 'email',
    email_verified: 'email_verified',
    picture: 'avatar_URL',
    profile: 'profile_URL',
  },
}

/**
 * Log in with WordPress.com.
 *
 * - The scope `auth` only says who logged in. Without it the person chooses a site, and the token is for its API.
 * - Access tokens do not expire.
 *
 * @see [Register an application](https://developer.wordpress.com/apps/)
 * @see [Documentation](https://developer.wordpress.com/docs/api/oauth2/)
 */
export const wordpress = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(wordpressPreset, options)
