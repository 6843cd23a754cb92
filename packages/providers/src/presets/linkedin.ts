import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about LinkedIn. */
export const linkedinPreset: OAuth2Preset = {
  name: 'linkedin',
  title: 'LinkedIn',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.linkedin.com/oauth/v2/authorization',
    token_endpoint: 'https://www.linkedin.com/oauth/v2/accessToken',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['openid', 'profile', 'email'],
  offline: 'always',
  tokenResponse: { tokenType: 'Bearer', scopeSeparator: ',' },
  keep: ['refresh_token_expires_in'],
  api: { base: 'https://api.linkedin.com/' },
  userinfo: { url: 'v2/userinfo' },
  profile: {
    sub: 'sub',
    name: 'name',
    given_name: 'given_name',
    family_name: 'family_name',
    email: 'email',
    email_verified: 'email_verified',
    picture: 'picture',
  },
}

/**
 * Log in with LinkedIn.
 *
 * - Add the product "Sign In with LinkedIn using OpenID Connect" to the app.
 * - Only approved partners get refresh tokens. Access tokens live for 60 days.
 * - ID Tokens of LinkedIn carry no nonce: the profile comes from the userinfo endpoint instead.
 *
 * @see [Register an application](https://www.linkedin.com/developers/apps)
 * @see [Documentation](https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2)
 */
export const linkedin = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(linkedinPreset, options)
