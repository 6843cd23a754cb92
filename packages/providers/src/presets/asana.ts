import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Asana. */
export const asanaPreset: OAuth2Preset = {
  name: 'asana',
  title: 'Asana',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://app.asana.com/-/oauth_authorize',
    token_endpoint: 'https://app.asana.com/-/oauth_token',
    revocation_endpoint: 'https://app.asana.com/-/oauth_revoke',
  },
  clientAuth: 'client_secret_post',
  offline: 'always',
  api: { base: 'https://app.asana.com/api/1.0/' },
  userinfo: { url: 'users/me', at: 'data' },
  profile: { sub: 'gid', name: 'name', email: 'email', picture: 'photo.image_128x128' },
}

/**
 * Log in with Asana.
 *
 * - Without a scope an app gets what it is registered for. An app with granular permissions has to ask: `scope: ['users:read']`.
 *
 * @see [Register an application](https://app.asana.com/0/my-apps)
 * @see [Documentation](https://developers.asana.com/docs/oauth)
 */
export const asana = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(asanaPreset, options)
