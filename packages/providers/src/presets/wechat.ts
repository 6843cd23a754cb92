import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about WeChat. */
export const wechatPreset: OAuth2Preset = {
  name: 'wechat',
  title: 'WeChat',
  protocol: 'oauth2',
  variables: { page: { pattern: 'qrconnect|oauth2/authorize', default: 'qrconnect' } },
  metadata: {
    authorization_endpoint: 'https://open.weixin.qq.com/connect/{page}',
    token_endpoint: 'https://api.weixin.qq.com/sns/oauth2/access_token',
  },
  clientAuth: 'client_secret_post',
  parameterNames: { client_id: 'appid', client_secret: 'secret' },
  pkce: 'none',
  scope: ['snsapi_login'],
  scopeSeparator: ',',
  authorization: { fragment: '#wechat_redirect' },
  offline: 'always',
  tokenRequest: { encoding: 'query' },
  refreshRequest: { url: 'https://api.weixin.qq.com/sns/oauth2/refresh_token', params: { client_secret: null } },
  tokenResponse: {
    tokenType: 'Bearer',
    scopeSeparator: ',',
    error: {
      code: 'errcode',
      description: 'errmsg',
      codes: {
        40029: 'invalid_grant',
        40163: 'invalid_grant',
        40030: 'invalid_grant',
        42002: 'invalid_grant',
        40013: 'invalid_client',
        40125: 'invalid_client',
      },
    },
  },
  keep: ['openid', 'unionid'],
  api: { base: 'https://api.weixin.qq.com/', query: 'access_token' },
  userinfo: { url: 'sns/userinfo?openid={openid}' },
  profile: { sub: ['unionid', 'openid'], name: 'nickname', nickname: 'nickname', picture: 'headimgurl' },
}

export interface WeChatOptions extends OAuth2ProviderOptions {
  /** Logs in inside of the WeChat app, for an official account, instead of by a QR code. Default false. */
  readonly inApp?: boolean | undefined
}

/**
 * Log in with WeChat.
 *
 * - The client id is the AppID, the secret the AppSecret. The token request is a GET, with the secret in its query.
 * - The subject is the `unionid`, which all apps of one account of the platform share; without one the `openid`, which belongs to the app.
 * - There is no email address.
 *
 * @see [Register an application](https://open.weixin.qq.com/)
 * @see [Documentation](https://developers.weixin.qq.com/doc/oplatform/en/Website_App/WeChat_Login/Wechat_Login.html)
 */
export const wechat = ({ inApp = false, ...options }: WeChatOptions): OAuth2Provider =>
  inApp
    ? oauth2Provider(
        wechatPreset,
        { scope: ['snsapi_userinfo'], ...options },
        { variables: { page: 'oauth2/authorize' } },
      )
    : oauth2Provider(wechatPreset, options)
