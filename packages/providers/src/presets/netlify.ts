import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Netlify. */
export const netlifyPreset: OAuth2Preset = {
  name: 'netlify',
  title: 'Netlify',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://app.netlify.com/authorize',
    token_endpoint: 'https://api.netlify.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  offline: 'never',
  api: { base: 'https://api.netlify.com/api/v1/' },
  userinfo: { url: 'user' },
  profile: { sub: 'id', name: 'full_name', email: 'email', picture: 'avatar_url' },
}

/**
 * Log in with Netlify.
 *
 * - Access tokens do not expire. There are no scopes.
 *
 * @see [Register an application](https://app.netlify.com/user/applications)
 * @see [Documentation](https://docs.netlify.com/api/get-started/)
 */
export const netlify = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(netlifyPreset, options)
