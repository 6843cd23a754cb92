import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Bitbucket. */
export const bitbucketPreset: OAuth2Preset = {
  name: 'bitbucket',
  title: 'Bitbucket',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://bitbucket.org/site/oauth2/authorize',
    token_endpoint: 'https://bitbucket.org/site/oauth2/access_token',
  },
  pkce: 'none',
  scope: ['account', 'email'],
  offline: 'always',
  api: { base: 'https://api.bitbucket.org/2.0/' },
  userinfo: { url: 'user', more: { emails: 'user/emails' } },
  profile: {
    sub: ['account_id', 'uuid'],
    name: 'display_name',
    preferred_username: 'username',
    nickname: 'nickname',
    picture: 'links.avatar.href',
    profile: 'links.html.href',
    email: 'more.emails.values.[is_primary].email',
    email_verified: 'more.emails.values.[is_primary].is_confirmed',
  },
}

/**
 * Log in with Bitbucket.
 *
 * - The permissions are those of the OAuth consumer: a scope beyond them is refused. `email` is needed for the address.
 * - A consumer belongs to a workspace: Workspace settings, then OAuth consumers.
 *
 * @see [Register an application](https://bitbucket.org/account/settings/)
 * @see [Documentation](https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/)
 */
export const bitbucket = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(bitbucketPreset, options)
