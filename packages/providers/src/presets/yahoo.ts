import { fetchUserinfo } from '@authlib/oidc/client'
import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Yahoo. */
export const yahooPreset: OpenIDPreset = {
  name: 'yahoo',
  title: 'Yahoo',
  protocol: 'openid',
  issuer: 'https://api.login.yahoo.com',
  scope: ['profile', 'email'],
  offline: 'always',
}

/**
 * Log in with Yahoo.
 *
 * - Choose the permissions of OpenID Connect for the app: Email and Profile.
 *
 * @see [Register an application](https://developer.yahoo.com/apps/)
 * @see [Documentation](https://developer.yahoo.com/sign-in-with-yahoo/)
 */
export const yahoo = (options: OpenIDProviderOptions): OpenIDProvider =>
  openidProvider(yahooPreset, options, { userinfo: fetchUserinfo })
