import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Tumblr. */
export const tumblrPreset: OAuth2Preset = {
  name: 'tumblr',
  title: 'Tumblr',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.tumblr.com/oauth2/authorize',
    token_endpoint: 'https://api.tumblr.com/v2/oauth2/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['basic'],
  offline: { scope: ['offline_access'] },
  api: { base: 'https://api.tumblr.com/v2/' },
  userinfo: { url: 'user/info', at: 'response.user' },
  profile: {
    sub: 'blogs.0.uuid',
    name: 'name',
    preferred_username: 'name',
    profile: 'blogs.0.url',
    picture: 'blogs.0.avatar.0.url',
  },
}

/**
 * Log in with Tumblr.
 *
 * - The subject is the id of the primary blog: Tumblr tells no id of the person, and names change. There is no email address.
 *
 * @see [Register an application](https://www.tumblr.com/oauth/apps)
 * @see [Documentation](https://www.tumblr.com/docs/en/api/v2)
 */
export const tumblr = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(tumblrPreset, options)
