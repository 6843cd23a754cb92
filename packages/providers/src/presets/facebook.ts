import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Facebook. */
export const facebookPreset: OAuth2Preset = {
  name: 'facebook',
  title: 'Facebook',
  protocol: 'oauth2',
  variables: { version: { pattern: 'v\\d+\\.\\d', default: 'v24.0' } },
  metadata: {
    authorization_endpoint: 'https://www.facebook.com/{version}/dialog/oauth',
    token_endpoint: 'https://graph.facebook.com/{version}/oauth/access_token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['public_profile', 'email'],
  scopeSeparator: ',',
  offline: 'never',
  tokenResponse: {
    tokenType: 'Bearer',
    error: { code: 'error.code', description: 'error.message', codes: { 100: 'invalid_grant', 101: 'invalid_client' } },
  },
  api: { base: 'https://graph.facebook.com/{version}/' },
  userinfo: { url: 'me?fields=id,name,first_name,last_name,email,picture.type(large)' },
  profile: {
    sub: 'id',
    name: 'name',
    given_name: 'first_name',
    family_name: 'last_name',
    email: 'email',
    picture: 'picture.data.url',
  },
}

export interface FacebookOptions extends OAuth2ProviderOptions {
  /** The version of the Graph API. Default `v24.0`. */
  readonly version?: string | undefined
}

/**
 * Log in with Facebook.
 *
 * - The subject belongs to your app: another app sees another one.
 * - A person may refuse the address, and may have none.
 * - A token lives for one or two hours, or for 60 days after it was exchanged: `oauth/access_token?grant_type=fb_exchange_token`.
 *
 * @see [Register an application](https://developers.facebook.com/apps/)
 * @see [Documentation](https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow)
 */
export const facebook = ({ version, ...options }: FacebookOptions): OAuth2Provider =>
  oauth2Provider(facebookPreset, options, { variables: { version } })
