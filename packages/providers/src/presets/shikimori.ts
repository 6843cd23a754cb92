import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Shikimori. */
export const shikimoriPreset: OAuth2Preset = {
  name: 'shikimori',
  title: 'Shikimori',
  protocol: 'oauth2',
  variables: { userAgent: { pattern: '[\\x20-\\x7e]+' } },
  metadata: {
    authorization_endpoint: 'https://shikimori.one/oauth/authorize',
    token_endpoint: 'https://shikimori.one/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['user_rates'],
  offline: 'always',
  tokenRequest: { headers: { 'user-agent': '{userAgent}' } },
  api: { base: 'https://shikimori.one/api/', headers: { 'user-agent': '{userAgent}' } },
  userinfo: { url: 'users/whoami' },
  profile: {
    sub: 'id',
    name: 'nickname',
    preferred_username: 'nickname',
    picture: ['image.x160', 'avatar'],
    profile: 'url',
  },
}

export interface ShikimoriOptions extends OAuth2ProviderOptions {
  /** The name of the application as it is registered: requests without it are refused. */
  readonly userAgent: string
}

/**
 * Log in with Shikimori.
 *
 * - There is no email address.
 *
 * @see [Register an application](https://shikimori.one/oauth/applications)
 * @see [Documentation](https://shikimori.one/oauth)
 */
export const shikimori = ({ userAgent, ...options }: ShikimoriOptions): OAuth2Provider =>
  oauth2Provider(shikimoriPreset, options, { variables: { userAgent } })
