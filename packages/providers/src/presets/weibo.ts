import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Weibo. */
export const weiboPreset: OAuth2Preset = {
  name: 'weibo',
  title: 'Weibo',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://api.weibo.com/oauth2/authorize',
    token_endpoint: 'https://api.weibo.com/oauth2/access_token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scopeSeparator: ',',
  offline: 'never',
  tokenResponse: {
    tokenType: 'Bearer',
    error: {
      code: 'error_code',
      description: 'error_description',
      codes: { 21325: 'invalid_grant', 21324: 'invalid_client' },
    },
  },
  keep: ['uid'],
  api: { base: 'https://api.weibo.com/2/', query: 'access_token' },
  userinfo: { url: 'users/show.json?uid={uid}' },
  profile: {
    sub: ['idstr', 'token.uid'],
    name: ['name', 'screen_name'],
    nickname: 'screen_name',
    picture: ['avatar_large', 'profile_image_url'],
    website: 'url',
  },
}

/**
 * Log in with Weibo.
 *
 * - The email address needs an approval.
 *
 * @see [Register an application](https://open.weibo.com/apps)
 * @see [Documentation](https://open.weibo.com/wiki/Oauth2)
 */
export const weibo = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(weiboPreset, options)
