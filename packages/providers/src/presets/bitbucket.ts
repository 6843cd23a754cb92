import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import { find } from '../path.ts'
import type { OAuth2Preset } from '../preset.ts'
import type { RawProfile } from '../profile.ts'

/** Facts about Bitbucket. */
export const bitbucketPreset: OAuth2Preset = {
  name: 'bitbucket',
  title: 'Bitbucket',
  protocol: 'oauth2',
  console: 'https://bitbucket.org/account/settings/',
  docs: 'https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/',
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
  },
}

/**
 * Log in with Bitbucket.
 *
 * - The permissions are those of the OAuth consumer: a scope beyond them is refused. `email` is needed for the address.
 * - A consumer belongs to a workspace: Workspace settings, then OAuth consumers.
 */
export const bitbucket = (options: OAuth2ProviderOptions): OAuth2Provider =>
  oauth2Provider(bitbucketPreset, options, { claims: primaryAddress })

function primaryAddress({ more }: RawProfile): Readonly<Record<string, unknown>> {
  const emails = find(more, 'emails.values')
  const primary = (Array.isArray(emails) ? (emails as unknown[]) : []).find(
    (entry) => find(entry, 'is_primary') === true,
  )
  const email = find(primary, 'email')
  return email === undefined ? {} : { email, email_verified: find(primary, 'is_confirmed') === true }
}
