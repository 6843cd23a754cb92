import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about QQ. */
export const qqPreset: OAuth2Preset = {
  name: 'qq',
  title: 'QQ',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://graph.qq.com/oauth2.0/authorize',
    token_endpoint: 'https://graph.qq.com/oauth2.0/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['get_user_info'],
  scopeSeparator: ',',
  offline: 'always',
  tokenRequest: { encoding: 'query', params: { fmt: 'json', need_openid: '1' } },
  tokenResponse: {
    tokenType: 'Bearer',
    error: {
      code: 'error',
      description: 'error_description',
      codes: { 100019: 'invalid_grant', 100020: 'invalid_grant', 100009: 'invalid_client' },
    },
  },
  keep: ['openid', 'unionid'],
  api: { base: 'https://graph.qq.com/', query: 'access_token' },
  userinfo: { url: 'user/get_user_info?oauth_consumer_key={client_id}&openid={openid}' },
  profile: {
    sub: ['token.unionid', 'token.openid'],
    name: 'nickname',
    nickname: 'nickname',
    picture: ['figureurl_qq_2', 'figureurl_qq_1'],
    gender: 'gender',
  },
}

/**
 * Log in with QQ.
 *
 * - The token request is a GET, with the secret in its query.
 * - The subject belongs to your app, unless the app is allowed the `unionid`. There is no email address.
 *
 * @see [Register an application](https://connect.qq.com/manage.html)
 * @see [Documentation](https://wiki.connect.qq.com/)
 */
export const qq = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(qqPreset, options)
