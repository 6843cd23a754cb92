import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Reddit. */
export const redditPreset: OAuth2Preset = {
  name: 'reddit',
  title: 'Reddit',
  protocol: 'oauth2',
  variables: { userAgent: { pattern: '[\\x20-\\x7e]+', default: 'web:authlib:v1' } },
  metadata: {
    authorization_endpoint: 'https://www.reddit.com/api/v1/authorize',
    token_endpoint: 'https://www.reddit.com/api/v1/access_token',
    revocation_endpoint: 'https://www.reddit.com/api/v1/revoke_token',
  },
  pkce: 'none',
  scope: ['identity'],
  offline: { params: { duration: 'permanent' } },
  tokenRequest: { headers: { 'user-agent': '{userAgent}' } },
  api: { base: 'https://oauth.reddit.com/api/v1/', headers: { 'user-agent': '{userAgent}' } },
  userinfo: { url: 'me' },
  profile: {
    sub: 'id',
    name: 'name',
    preferred_username: 'name',
    picture: ['snoovatar_img', 'icon_img'],
    profile: 'https://www.reddit.com/user/{name}/',
  },
}

export interface RedditOptions extends OAuth2ProviderOptions {
  /** What every request says of itself: `web:com.example.app:v1 (by /u/name)`. Reddit slows down names that many share. */
  readonly userAgent?: string | undefined
}

/**
 * Log in with Reddit.
 *
 * - There is no email address, only `raw.has_verified_email`.
 *
 * @see [Register an application](https://www.reddit.com/prefs/apps)
 * @see [Documentation](https://github.com/reddit-archive/reddit/wiki/OAuth2)
 */
export const reddit = ({ userAgent, ...options }: RedditOptions): OAuth2Provider =>
  oauth2Provider(redditPreset, options, { variables: { userAgent } })
