import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Gitea. */
export const giteaPreset: OAuth2Preset = {
  name: 'gitea',
  title: 'Gitea',
  protocol: 'oauth2',
  variables: { url: { pattern: 'https?://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*', default: 'https://gitea.com' } },
  metadata: { authorization_endpoint: '{url}/login/oauth/authorize', token_endpoint: '{url}/login/oauth/access_token' },
  scope: ['openid', 'profile', 'email'],
  offline: 'always',
  api: { base: '{url}/api/v1/' },
  userinfo: { url: '{url}/login/oauth/userinfo' },
  profile: {
    sub: 'sub',
    name: ['name', 'preferred_username'],
    preferred_username: 'preferred_username',
    email: 'email',
    picture: 'picture',
  },
}

export interface GiteaOptions extends OAuth2ProviderOptions {
  /** Where the server is, without a slash at the end. Default `https://gitea.com`. Forgejo and Codeberg work too. */
  readonly url?: string | undefined
}

/**
 * Log in with Gitea.
 *
 * - Register the client in the settings of an account: Applications, then OAuth2 applications.
 *
 * @see [Register an application](https://docs.gitea.com/development/oauth2-provider)
 * @see [Documentation](https://docs.gitea.com/development/oauth2-provider)
 */
export const gitea = ({ url, ...options }: GiteaOptions): OAuth2Provider =>
  oauth2Provider(giteaPreset, options, { variables: { url } })
