import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Polar. */
export const polarPreset: OAuth2Preset = {
  name: 'polar',
  title: 'Polar',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://polar.sh/oauth2/authorize',
    token_endpoint: 'https://api.polar.sh/v1/oauth2/token',
    revocation_endpoint: 'https://api.polar.sh/v1/oauth2/revoke',
  },
  clientAuth: 'client_secret_post',
  scope: ['openid', 'profile', 'email'],
  offline: 'always',
  api: { base: 'https://api.polar.sh/v1/' },
  userinfo: { url: 'oauth2/userinfo' },
  profile: {
    sub: 'sub',
    name: ['name', 'public_name'],
    email: 'email',
    email_verified: 'email_verified',
    picture: ['picture', 'avatar_url'],
  },
}

/**
 * Log in with Polar.
 *
 * - `params: { sub_type: 'user' }` asks for a token of the person instead of an organization.
 *
 * @see [Register an application](https://polar.sh/dashboard/)
 * @see [Documentation](https://polar.sh/docs/integrate/oauth2/introduction)
 */
export const polar = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(polarPreset, options)
