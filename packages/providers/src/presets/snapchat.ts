import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Snapchat. */
export const snapchatPreset: OAuth2Preset = {
  name: 'snapchat',
  title: 'Snapchat',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://accounts.snapchat.com/accounts/oauth2/auth',
    token_endpoint: 'https://accounts.snapchat.com/accounts/oauth2/token',
    revocation_endpoint: 'https://accounts.snapchat.com/accounts/oauth2/revoke',
  },
  pkce: 'none',
  scope: [
    'https://auth.snapchat.com/oauth2/api/user.external_id',
    'https://auth.snapchat.com/oauth2/api/user.display_name',
    'https://auth.snapchat.com/oauth2/api/user.bitmoji.avatar',
  ],
  offline: 'always',
  api: { base: 'https://kit.snapchat.com/' },
  userinfo: { url: 'v1/me', body: '{"query":"{me{externalId displayName bitmoji{avatar}}}"}', at: 'data.me' },
  profile: { sub: 'externalId', name: 'displayName', picture: 'bitmoji.avatar' },
}

/**
 * Log in with Snapchat.
 *
 * - There is no email address.
 *
 * @see [Register an application](https://kit.snapchat.com/manage/apps)
 * @see [Documentation](https://developers.snap.com/snap-kit/login-kit/overview)
 */
export const snapchat = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(snapchatPreset, options)
