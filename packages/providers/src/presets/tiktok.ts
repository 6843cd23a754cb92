import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about TikTok. */
export const tiktokPreset: OAuth2Preset = {
  name: 'tiktok',
  title: 'TikTok',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.tiktok.com/v2/auth/authorize/',
    token_endpoint: 'https://open.tiktokapis.com/v2/oauth/token/',
    revocation_endpoint: 'https://open.tiktokapis.com/v2/oauth/revoke/',
  },
  clientAuth: 'client_secret_post',
  parameterNames: { client_id: 'client_key' },
  pkce: 'none',
  scope: ['user.info.basic'],
  scopeSeparator: ',',
  offline: 'always',
  tokenResponse: { scopeSeparator: ',' },
  keep: ['open_id', 'refresh_expires_in'],
  api: { base: 'https://open.tiktokapis.com/v2/' },
  userinfo: { url: 'user/info/?fields=open_id,union_id,display_name,avatar_url', at: 'data.user' },
  profile: { sub: 'open_id', name: 'display_name', nickname: 'display_name', picture: 'avatar_url' },
}

/**
 * Log in with TikTok.
 *
 * - The client id is what TikTok calls the client key. The subject belongs to your app. There is no email address.
 * - PKCE is for desktop and mobile apps, and not what the specification says there.
 *
 * @see [Register an application](https://developers.tiktok.com/apps)
 * @see [Documentation](https://developers.tiktok.com/doc/login-kit-web)
 */
export const tiktok = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(tiktokPreset, options)
