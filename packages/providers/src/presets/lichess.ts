import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Lichess. */
export const lichessPreset: OAuth2Preset = {
  name: 'lichess',
  title: 'Lichess',
  protocol: 'oauth2',
  metadata: { authorization_endpoint: 'https://lichess.org/oauth', token_endpoint: 'https://lichess.org/api/token' },
  clientAuth: 'none',
  scope: ['email:read'],
  offline: 'never',
  api: { base: 'https://lichess.org/api/' },
  userinfo: { url: 'account', more: { email: 'account/email' } },
  profile: { sub: 'id', name: 'username', preferred_username: 'username', email: 'more.email.email', profile: 'url' },
}

/**
 * Log in with Lichess.
 *
 * - Nothing has to be registered: the client is public, and its id is any name that you choose.
 * - Access tokens live for a year.
 *
 * @see [Register an application](https://lichess.org/account/oauth/token)
 * @see [Documentation](https://lichess.org/api#tag/OAuth)
 */
export const lichess = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(lichessPreset, options)
