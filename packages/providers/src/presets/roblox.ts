import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Roblox. */
export const robloxPreset: OAuth2Preset = {
  name: 'roblox',
  title: 'Roblox',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://apis.roblox.com/oauth/v1/authorize',
    token_endpoint: 'https://apis.roblox.com/oauth/v1/token',
    revocation_endpoint: 'https://apis.roblox.com/oauth/v1/token/revoke',
  },
  clientAuth: 'client_secret_post',
  scope: ['openid', 'profile'],
  offline: 'always',
  api: { base: 'https://apis.roblox.com/' },
  userinfo: { url: 'oauth/v1/userinfo' },
  profile: {
    sub: 'sub',
    name: ['name', 'nickname'],
    nickname: 'nickname',
    preferred_username: 'preferred_username',
    picture: 'picture',
    profile: 'profile',
  },
}

/**
 * Log in with Roblox.
 *
 * - There is no email address. Refresh tokens rotate and live for 90 days.
 *
 * @see [Register an application](https://create.roblox.com/dashboard/credentials)
 * @see [Documentation](https://create.roblox.com/docs/cloud/auth/oauth2-overview)
 */
export const roblox = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(robloxPreset, options)
