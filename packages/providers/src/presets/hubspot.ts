import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about HubSpot. */
export const hubspotPreset: OAuth2Preset = {
  name: 'hubspot',
  title: 'HubSpot',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://app.hubspot.com/oauth/authorize',
    token_endpoint: 'https://api.hubapi.com/oauth/v1/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['oauth'],
  offline: 'always',
  api: { base: 'https://api.hubapi.com/' },
  userinfo: { url: 'oauth/v1/access-tokens/{access_token}' },
  profile: { sub: 'user_id', email: 'user', preferred_username: 'user' },
}

/**
 * Log in with HubSpot.
 *
 * - `raw.hub_id` is the account that the person chose.
 * - HubSpot says who logged in at a URL that has the token in its path.
 *
 * @see [Register an application](https://app.hubspot.com/developer)
 * @see [Documentation](https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth)
 */
export const hubspot = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(hubspotPreset, options)
