import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Synology. */
export const synologyPreset: OAuth2Preset = {
  name: 'synology',
  title: 'Synology',
  protocol: 'oauth2',
  variables: { url: { pattern: 'https?://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*' } },
  metadata: {
    authorization_endpoint: '{url}/webman/sso/SSOOauth.cgi',
    token_endpoint: '{url}/webman/sso/SSOAccessToken.cgi',
  },
  scope: ['openid', 'email'],
  offline: 'never',
  api: { base: '{url}/' },
  userinfo: { url: 'webman/sso/SSOUserInfo.cgi' },
  profile: { sub: 'sub', name: 'username', preferred_username: 'username', email: 'email' },
}

export interface SynologyOptions extends OAuth2ProviderOptions {
  /** Where the SSO Server is, without a slash at the end: `https://nas.example.com:5001`. */
  readonly url: string
}

/**
 * Log in with Synology.
 *
 * @see [Register an application](https://kb.synology.com/en-global/DSM/help/SSOServer/sso_server_oidc)
 * @see [Documentation](https://kb.synology.com/en-global/DSM/help/SSOServer/sso_server_oidc)
 */
export const synology = ({ url, ...options }: SynologyOptions): OAuth2Provider =>
  oauth2Provider(synologyPreset, options, { variables: { url } })
