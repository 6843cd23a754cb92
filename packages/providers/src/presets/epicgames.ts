import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Epic Games. */
export const epicgamesPreset: OAuth2Preset = {
  name: 'epicgames',
  title: 'Epic Games',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.epicgames.com/id/authorize',
    token_endpoint: 'https://api.epicgames.dev/epic/oauth/v2/token',
    revocation_endpoint: 'https://api.epicgames.dev/epic/oauth/v2/revoke',
  },
  pkce: 'none',
  scope: ['basic_profile'],
  offline: 'always',
  keep: ['account_id'],
  api: { base: 'https://api.epicgames.dev/epic/' },
  userinfo: { url: 'oauth/v2/userInfo' },
  profile: { sub: 'sub', name: 'preferred_username', preferred_username: 'preferred_username' },
}

/**
 * Log in with Epic Games.
 *
 * - There is no email address. Other scopes need a review by Epic Games.
 *
 * @see [Register an application](https://dev.epicgames.com/portal)
 * @see [Documentation](https://dev.epicgames.com/docs/web-api-ref/authentication)
 */
export const epicgames = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(epicgamesPreset, options)
