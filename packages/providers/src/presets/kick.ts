import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Kick. */
export const kickPreset: OAuth2Preset = {
  name: 'kick',
  title: 'Kick',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://id.kick.com/oauth/authorize',
    token_endpoint: 'https://id.kick.com/oauth/token',
    revocation_endpoint: 'https://id.kick.com/oauth/revoke',
  },
  clientAuth: 'client_secret_post',
  scope: ['user:read'],
  offline: 'always',
  api: { base: 'https://api.kick.com/public/v1/' },
  userinfo: { url: 'users', at: 'data.0' },
  profile: { sub: 'user_id', name: 'name', preferred_username: 'name', email: 'email', picture: 'profile_picture' },
}

/**
 * Log in with Kick.
 *
 * @see [Register an application](https://kick.com/settings/developer)
 * @see [Documentation](https://docs.kick.com/getting-started/generating-tokens-oauth2-flow)
 */
export const kick = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(kickPreset, options)
