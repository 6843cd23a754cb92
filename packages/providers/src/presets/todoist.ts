import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Todoist. */
export const todoistPreset: OAuth2Preset = {
  name: 'todoist',
  title: 'Todoist',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://app.todoist.com/oauth/authorize',
    token_endpoint: 'https://api.todoist.com/oauth/access_token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['data:read'],
  scopeSeparator: ',',
  offline: 'never',
  api: { base: 'https://api.todoist.com/api/v1/' },
  userinfo: { url: 'sync', body: 'sync_token=*&resource_types=%5B%22user%22%5D', at: 'user' },
  profile: { sub: 'id', name: 'full_name', email: 'email', picture: 'avatar_big' },
}

/**
 * Log in with Todoist.
 *
 * - Access tokens do not expire.
 *
 * @see [Register an application](https://app.todoist.com/app/settings/integrations/app-management)
 * @see [Documentation](https://developer.todoist.com/api/v1/#tag/Authorization/OAuth)
 */
export const todoist = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(todoistPreset, options)
