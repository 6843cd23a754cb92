import { fetchUserinfo } from '@authlib/oidc/client'
import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about OneLogin. */
export const oneloginPreset: OpenIDPreset = {
  name: 'onelogin',
  title: 'OneLogin',
  protocol: 'openid',
  variables: { subdomain: { pattern: '[a-z0-9-]+' } },
  issuer: 'https://{subdomain}.onelogin.com/oidc/2',
  scope: ['profile', 'email'],
  offline: 'always',
}

export interface OneLoginOptions extends OpenIDProviderOptions {
  /** The account: `example` for `example.onelogin.com`. */
  readonly subdomain: string
}

/**
 * Log in with OneLogin.
 *
 * - Refresh tokens have to be switched on for the application.
 *
 * @see [Register an application](https://developers.onelogin.com/openid-connect/connect-to-onelogin)
 * @see [Documentation](https://developers.onelogin.com/openid-connect/guides/auth-flow-pkce)
 */
export const onelogin = ({ subdomain, ...options }: OneLoginOptions): OpenIDProvider =>
  openidProvider(oneloginPreset, options, {
    userinfo: fetchUserinfo,
    variables: { subdomain },
  })
