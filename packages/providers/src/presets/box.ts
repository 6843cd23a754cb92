import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Box. */
export const boxPreset: OAuth2Preset = {
  name: 'box',
  title: 'Box',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://account.box.com/api/oauth2/authorize',
    token_endpoint: 'https://api.box.com/oauth2/token',
    revocation_endpoint: 'https://api.box.com/oauth2/revoke',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  offline: 'always',
  api: { base: 'https://api.box.com/2.0/' },
  userinfo: { url: 'users/me' },
  profile: { sub: 'id', name: 'name', email: 'login', picture: 'avatar_url', locale: 'language', zoneinfo: 'timezone' },
}

/**
 * Log in with Box.
 *
 * - Refresh tokens rotate, and each works once within 60 days.
 * - Without a scope an app gets what it is registered for.
 *
 * @see [Register an application](https://app.box.com/developers/console)
 * @see [Documentation](https://developer.box.com/guides/authentication/oauth2/)
 */
export const box = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(boxPreset, options)
