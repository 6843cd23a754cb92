import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about ClickUp. */
export const clickupPreset: OAuth2Preset = {
  name: 'clickup',
  title: 'ClickUp',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://app.clickup.com/api',
    token_endpoint: 'https://api.clickup.com/api/v2/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  offline: 'never',
  tokenRequest: { encoding: 'json' },
  tokenResponse: { tokenType: 'Bearer' },
  api: { base: 'https://api.clickup.com/api/v2/' },
  userinfo: { url: 'user', at: 'user' },
  profile: { sub: 'id', name: 'username', email: 'email', picture: 'profilePicture' },
}

/**
 * Log in with ClickUp.
 *
 * - Access tokens do not expire. There are no scopes: the person chooses workspaces.
 *
 * @see [Register an application](https://app.clickup.com/settings/apps)
 * @see [Documentation](https://developer.clickup.com/docs/authentication)
 */
export const clickup = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(clickupPreset, options)
