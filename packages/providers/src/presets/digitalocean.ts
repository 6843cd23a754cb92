import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about DigitalOcean. */
export const digitaloceanPreset: OAuth2Preset = {
  name: 'digitalocean',
  title: 'DigitalOcean',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://cloud.digitalocean.com/v1/oauth/authorize',
    token_endpoint: 'https://cloud.digitalocean.com/v1/oauth/token',
    revocation_endpoint: 'https://cloud.digitalocean.com/v1/oauth/revoke',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['read'],
  offline: 'always',
  keep: ['info'],
  api: { base: 'https://api.digitalocean.com/v2/' },
  userinfo: { url: 'account', at: 'account' },
  profile: { sub: 'uuid', name: 'name', email: 'email', email_verified: 'email_verified' },
}

/**
 * Log in with DigitalOcean.
 *
 * - The subject is the person. `raw.team` is the team whose resources the token reaches.
 *
 * @see [Register an application](https://cloud.digitalocean.com/account/api/applications)
 * @see [Documentation](https://docs.digitalocean.com/reference/api/oauth/)
 */
export const digitalocean = (options: OAuth2ProviderOptions): OAuth2Provider =>
  oauth2Provider(digitaloceanPreset, options)
