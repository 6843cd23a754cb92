import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Webex. */
export const webexPreset: OAuth2Preset = {
  name: 'webex',
  title: 'Webex',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://webexapis.com/v1/authorize',
    token_endpoint: 'https://webexapis.com/v1/access_token',
  },
  clientAuth: 'client_secret_post',
  scope: ['spark:people_read'],
  offline: 'always',
  keep: ['refresh_token_expires_in'],
  api: { base: 'https://webexapis.com/v1/' },
  userinfo: { url: 'people/me' },
  profile: {
    sub: 'id',
    name: 'displayName',
    given_name: 'firstName',
    family_name: 'lastName',
    nickname: 'nickName',
    email: 'emails.0',
    picture: 'avatar',
  },
}

/**
 * Log in with Webex.
 *
 * @see [Register an application](https://developer.webex.com/my-apps)
 * @see [Documentation](https://developer.webex.com/create/docs/login-with-webex)
 */
export const webex = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(webexPreset, options)
