import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Patreon. */
export const patreonPreset: OAuth2Preset = {
  name: 'patreon',
  title: 'Patreon',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.patreon.com/oauth2/authorize',
    token_endpoint: 'https://www.patreon.com/api/oauth2/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['identity', 'identity[email]'],
  offline: 'always',
  api: { base: 'https://www.patreon.com/api/oauth2/v2/' },
  userinfo: {
    url: 'identity?fields%5Buser%5D=email,full_name,first_name,last_name,image_url,is_email_verified,vanity,url',
    at: 'data',
  },
  profile: {
    sub: 'id',
    name: 'attributes.full_name',
    given_name: 'attributes.first_name',
    family_name: 'attributes.last_name',
    preferred_username: 'attributes.vanity',
    email: 'attributes.email',
    email_verified: 'attributes.is_email_verified',
    picture: 'attributes.image_url',
    profile: 'attributes.url',
  },
}

/**
 * Log in with Patreon.
 *
 * - Refresh tokens rotate. Access tokens live for a month.
 *
 * @see [Register an application](https://www.patreon.com/portal/registration/register-clients)
 * @see [Documentation](https://docs.patreon.com/#oauth)
 */
export const patreon = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(patreonPreset, options)
