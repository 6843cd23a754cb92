import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about GitHub. */
export const githubPreset: OAuth2Preset = {
  name: 'github',
  title: 'GitHub',
  protocol: 'oauth2',
  variables: {
    host: { pattern: '[a-z0-9-]+(?:\\.[a-z0-9-]+)+', default: 'github.com' },
    api: { pattern: 'https://[a-z0-9.-]+(?:/api/v3)?', default: 'https://api.github.com' },
  },
  issuer: 'https://{host}/login/oauth',
  metadata: {
    authorization_endpoint: 'https://{host}/login/oauth/authorize',
    token_endpoint: 'https://{host}/login/oauth/access_token',
  },
  scope: ['read:user', 'user:email'],
  offline: 'always',
  tokenResponse: {
    scopeSeparator: ',',
    error: {
      code: 'error',
      description: 'error_description',
      codes: {
        bad_verification_code: 'invalid_grant',
        bad_refresh_token: 'invalid_grant',
        incorrect_client_credentials: 'invalid_client',
      },
    },
  },
  keep: ['refresh_token_expires_in'],
  api: { base: '{api}/' },
  userinfo: { url: 'user', more: { emails: 'user/emails' } },
  profile: {
    sub: 'id',
    name: ['name', 'login'],
    preferred_username: 'login',
    picture: 'avatar_url',
    profile: 'html_url',
    website: 'blog',
    email: ['more.emails.[primary].email', 'email'],
    email_verified: 'more.emails.[primary].verified',
  },
}

export interface GitHubOptions extends OAuth2ProviderOptions {
  /** The host of GitHub Enterprise, such as `github.example.com` or `octocorp.ghe.com`. Default `github.com`. */
  readonly host?: string | undefined
}

/**
 * Log in with GitHub.
 *
 * - A GitHub App whose tokens expire gives refresh tokens. An OAuth App gives none, and its tokens do not expire.
 * - The address is the primary one of `user/emails`, also when it is not public. A GitHub App needs the permission "Email addresses" for it.
 * - Errors come with status 200. They are errors here too.
 *
 * @see [Register an application](https://github.com/settings/developers)
 * @see [Documentation](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps)
 */
export const github = ({ host = 'github.com', ...options }: GitHubOptions): OAuth2Provider =>
  oauth2Provider(githubPreset, options, { variables: { host, api: apiOf(host) } })

/** github.com and ghe.com have a host for the API, a server of one's own has a path. */
function apiOf(host: string): string {
  return host === 'github.com' || host.endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`
}
