import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Auth0. */
export const auth0Preset: OpenIDPreset = {
  name: 'auth0',
  title: 'Auth0',
  protocol: 'openid',
  variables: { domain: { pattern: '[a-z0-9-]+(?:\\.[a-z0-9-]+)+' } },
  issuer: 'https://{domain}/',
  scope: ['profile', 'email'],
  offline: { scope: ['offline_access'] },
}

export interface Auth0Options extends OpenIDProviderOptions {
  /** The domain of the tenant, or a custom domain: `example.eu.auth0.com`. */
  readonly domain: string
}

/**
 * Log in with Auth0.
 *
 * - For an access token of your API, give its identifier: `params: { audience: 'https://api.example' }`.
 *
 * @see [Register an application](https://manage.auth0.com/)
 * @see [Documentation](https://auth0.com/docs/get-started/authentication-and-authorization-flow/authorization-code-flow)
 */
export const auth0 = ({ domain, ...options }: Auth0Options): OpenIDProvider =>
  openidProvider(auth0Preset, options, { variables: { domain } })
