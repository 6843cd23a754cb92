import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about DonationAlerts. */
export const donationalertsPreset: OAuth2Preset = {
  name: 'donationalerts',
  title: 'DonationAlerts',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.donationalerts.com/oauth/authorize',
    token_endpoint: 'https://www.donationalerts.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['oauth-user-show'],
  offline: 'always',
  api: { base: 'https://www.donationalerts.com/api/v1/' },
  userinfo: { url: 'user/oauth', at: 'data' },
  profile: { sub: 'id', name: 'name', preferred_username: 'code', email: 'email', picture: 'avatar' },
}

/**
 * Log in with DonationAlerts.
 *
 * @see [Register an application](https://www.donationalerts.com/application/clients)
 * @see [Documentation](https://www.donationalerts.com/apidoc)
 */
export const donationalerts = (options: OAuth2ProviderOptions): OAuth2Provider =>
  oauth2Provider(donationalertsPreset, options)
