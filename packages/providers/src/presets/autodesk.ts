import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Autodesk. */
export const autodeskPreset: OAuth2Preset = {
  name: 'autodesk',
  title: 'Autodesk',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://developer.api.autodesk.com/authentication/v2/authorize',
    token_endpoint: 'https://developer.api.autodesk.com/authentication/v2/token',
    revocation_endpoint: 'https://developer.api.autodesk.com/authentication/v2/revoke',
  },
  scope: ['openid', 'user-profile:read'],
  offline: 'always',
  api: { base: 'https://developer.api.autodesk.com/', origins: ['https://api.userprofile.autodesk.com'] },
  userinfo: { url: 'https://api.userprofile.autodesk.com/userinfo' },
  profile: {
    sub: 'sub',
    name: 'name',
    given_name: 'given_name',
    family_name: 'family_name',
    preferred_username: 'preferred_username',
    email: 'email',
    email_verified: 'email_verified',
    picture: 'picture',
  },
}

/**
 * Log in with Autodesk.
 *
 * - Refresh tokens rotate and live for 15 days.
 *
 * @see [Register an application](https://aps.autodesk.com/myapps/)
 * @see [Documentation](https://aps.autodesk.com/en/docs/oauth/v2/tutorials/get-3-legged-token/)
 */
export const autodesk = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(autodeskPreset, options)
