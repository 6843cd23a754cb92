import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about 42. */
export const fortyTwoPreset: OAuth2Preset = {
  name: 'fortyTwo',
  title: '42',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://api.intra.42.fr/oauth/authorize',
    token_endpoint: 'https://api.intra.42.fr/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['public'],
  offline: 'always',
  api: { base: 'https://api.intra.42.fr/v2/' },
  userinfo: { url: 'me' },
  profile: {
    sub: 'id',
    name: ['usual_full_name', 'displayname'],
    given_name: 'first_name',
    family_name: 'last_name',
    preferred_username: 'login',
    email: 'email',
    picture: 'image.link',
  },
}

/**
 * Log in with 42.
 *
 * @see [Register an application](https://profile.intra.42.fr/oauth/applications)
 * @see [Documentation](https://api.intra.42.fr/apidoc/guides/web_application_flow)
 */
export const fortyTwo = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(fortyTwoPreset, options)
