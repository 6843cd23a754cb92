import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Zoom. */
export const zoomPreset: OAuth2Preset = {
  name: 'zoom',
  title: 'Zoom',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://zoom.us/oauth/authorize',
    token_endpoint: 'https://zoom.us/oauth/token',
    revocation_endpoint: 'https://zoom.us/oauth/revoke',
  },
  offline: 'always',
  keep: ['api_url'],
  api: { base: 'https://api.zoom.us/v2/' },
  userinfo: { url: 'users/me' },
  profile: {
    sub: 'id',
    name: ['display_name', '{first_name} {last_name}'],
    given_name: 'first_name',
    family_name: 'last_name',
    email: 'email',
    picture: 'pic_url',
    zoneinfo: 'timezone',
    locale: 'language',
  },
}

/**
 * Log in with Zoom.
 *
 * - The scopes are those of the app: `user:read:user` is what the profile needs.
 * - Refresh tokens rotate.
 *
 * @see [Register an application](https://marketplace.zoom.us/user/build)
 * @see [Documentation](https://developers.zoom.us/docs/integrations/oauth/)
 */
export const zoom = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(zoomPreset, options)
