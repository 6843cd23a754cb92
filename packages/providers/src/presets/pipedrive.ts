import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Pipedrive. */
export const pipedrivePreset: OAuth2Preset = {
  name: 'pipedrive',
  title: 'Pipedrive',
  protocol: 'oauth2',
  variables: { api_domain: { pattern: 'https://[a-z0-9-]+\\.pipedrive\\.com', from: 'token' } },
  metadata: {
    authorization_endpoint: 'https://oauth.pipedrive.com/oauth/authorize',
    token_endpoint: 'https://oauth.pipedrive.com/oauth/token',
    revocation_endpoint: 'https://oauth.pipedrive.com/oauth/revoke',
  },
  pkce: 'none',
  offline: 'always',
  api: { base: '{api_domain}/' },
  userinfo: { url: 'v1/users/me', at: 'data' },
  profile: { sub: 'id', name: 'name', email: 'email', picture: 'icon_url', locale: 'locale' },
}

/**
 * Log in with Pipedrive.
 *
 * - The API is at the domain of the company, which the token response names: sessions go there by themselves.
 * - Scopes are those of the app. Refresh tokens live for 60 days without use.
 *
 * @see [Register an application](https://app.pipedrive.com/developer-hub)
 * @see [Documentation](https://pipedrive.readme.io/docs/marketplace-oauth-authorization)
 */
export const pipedrive = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(pipedrivePreset, options)
