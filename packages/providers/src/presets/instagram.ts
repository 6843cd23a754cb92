import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Instagram. */
export const instagramPreset: OAuth2Preset = {
  name: 'instagram',
  title: 'Instagram',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.instagram.com/oauth/authorize',
    token_endpoint: 'https://api.instagram.com/oauth/access_token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['instagram_business_basic'],
  scopeSeparator: ',',
  offline: 'never',
  tokenResponse: {
    at: 'data.0',
    tokenType: 'Bearer',
    error: { code: 'error_type', description: 'error_message', codes: { OAuthException: 'invalid_grant' } },
  },
  keep: ['user_id', 'permissions'],
  api: { base: 'https://graph.instagram.com/', query: 'access_token' },
  userinfo: { url: 'me?fields=user_id,username,name,profile_picture_url' },
  profile: {
    sub: 'user_id',
    name: ['name', 'username'],
    preferred_username: 'username',
    picture: 'profile_picture_url',
  },
}

/**
 * Log in with Instagram.
 *
 * - Only professional accounts can log in, since Instagram ended its API for the others. There is no email address.
 * - A token lives for an hour, or for 60 days after `access_token?grant_type=ig_exchange_token`.
 *
 * @see [Register an application](https://developers.facebook.com/apps/)
 * @see [Documentation](https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login)
 */
export const instagram = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(instagramPreset, options)
