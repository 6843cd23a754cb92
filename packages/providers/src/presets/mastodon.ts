import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Mastodon. */
export const mastodonPreset: OAuth2Preset = {
  name: 'mastodon',
  title: 'Mastodon',
  protocol: 'oauth2',
  variables: { url: { pattern: 'https://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*' } },
  metadata: {
    authorization_endpoint: '{url}/oauth/authorize',
    token_endpoint: '{url}/oauth/token',
    revocation_endpoint: '{url}/oauth/revoke',
  },
  clientAuth: 'client_secret_post',
  scope: ['read:accounts'],
  offline: 'never',
  api: { base: '{url}/api/v1/' },
  userinfo: { url: 'accounts/verify_credentials' },
  profile: {
    sub: 'url',
    name: ['display_name', 'username'],
    preferred_username: 'acct',
    picture: 'avatar',
    profile: 'url',
  },
}

export interface MastodonOptions extends OAuth2ProviderOptions {
  /** Where the server is, without a slash at the end: `https://mastodon.social`. */
  readonly url: string
}

/**
 * Log in with Mastodon.
 *
 * - Each server knows its own clients: register one in its settings, under Development, or with `POST /api/v1/apps`.
 * - Access tokens do not expire. There is no email address. The subject is the URL of the account, which is unique among servers.
 *
 * @see [Register an application](https://docs.joinmastodon.org/client/token/)
 * @see [Documentation](https://docs.joinmastodon.org/methods/oauth/)
 */
export const mastodon = ({ url, ...options }: MastodonOptions): OAuth2Provider =>
  oauth2Provider(mastodonPreset, options, { variables: { url } })
