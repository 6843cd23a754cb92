import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about start.gg. */
export const startggPreset: OAuth2Preset = {
  name: 'startgg',
  title: 'start.gg',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://start.gg/oauth/authorize',
    token_endpoint: 'https://api.start.gg/oauth/access_token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['user.identity', 'user.email'],
  offline: 'always',
  refreshRequest: { url: 'https://api.start.gg/oauth/refresh' },
  api: { base: 'https://api.start.gg/' },
  userinfo: {
    url: 'gql/alpha',
    body: '{"query":"{currentUser{id slug email name player{gamerTag} images{url}}}"}',
    at: 'data.currentUser',
  },
  profile: {
    sub: 'id',
    name: ['player.gamerTag', 'name'],
    preferred_username: 'slug',
    email: 'email',
    picture: 'images.0.url',
  },
}

/**
 * Log in with start.gg.
 *
 * - Tokens are refreshed at another URL than they are issued at.
 *
 * @see [Register an application](https://start.gg/admin/profile/developer)
 * @see [Documentation](https://developer.start.gg/docs/oauth/oauth-overview/)
 */
export const startgg = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(startggPreset, options)
