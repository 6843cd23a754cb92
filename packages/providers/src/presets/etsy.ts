import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Etsy. */
export const etsyPreset: OAuth2Preset = {
  name: 'etsy',
  title: 'Etsy',
  protocol: 'oauth2',
  variables: { apiKey: { pattern: '[A-Za-z0-9:]+' } },
  metadata: {
    authorization_endpoint: 'https://www.etsy.com/oauth/connect',
    token_endpoint: 'https://api.etsy.com/v3/public/oauth/token',
  },
  clientAuth: 'none',
  scope: ['email_r'],
  offline: 'always',
  api: { base: 'https://api.etsy.com/v3/application/', headers: { 'x-api-key': '{apiKey}' } },
  userinfo: { url: 'users/me', more: { user: 'users/{user_id}' } },
  profile: {
    sub: 'user_id',
    name: '{more.user.first_name} {more.user.last_name}',
    given_name: 'more.user.first_name',
    family_name: 'more.user.last_name',
    email: 'more.user.primary_email',
    picture: 'more.user.image_url_75x75',
  },
}

export interface EtsyOptions extends OAuth2ProviderOptions {
  /** What calls of the API carry: the keystring, a colon, and the shared secret. */
  readonly apiKey: string
}

/**
 * Log in with Etsy.
 *
 * - The client id is the keystring.
 *
 * @see [Register an application](https://www.etsy.com/developers/your-apps)
 * @see [Documentation](https://developers.etsy.com/documentation/essentials/authentication)
 */
export const etsy = ({ apiKey, ...options }: EtsyOptions): OAuth2Provider =>
  oauth2Provider(etsyPreset, options, { variables: { apiKey } })
