import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about authentik. */
export const authentikPreset: OpenIDPreset = {
  name: 'authentik',
  title: 'authentik',
  protocol: 'openid',
  variables: { url: { pattern: 'https?://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*' }, application: { pattern: '[\\w-]+' } },
  issuer: '{url}/application/o/{application}/',
  scope: ['profile', 'email'],
  offline: { scope: ['offline_access'] },
}

export interface AuthentikOptions extends OpenIDProviderOptions {
  /** Where the server is, without a slash at the end: `https://id.example.com`. */
  readonly url: string
  /** The slug of the application. */
  readonly application: string
}

/**
 * Log in with authentik.
 *
 * - The provider must use the issuer mode "Each provider has a different issuer", which is the default.
 * - authentik writes `email_verified`, but a flow may set it without a check: see its property mappings.
 *
 * @see [Register an application](https://docs.goauthentik.io/add-secure-apps/providers/oauth2/)
 * @see [Documentation](https://docs.goauthentik.io/add-secure-apps/providers/oauth2/)
 */
export const authentik = ({ url, application, ...options }: AuthentikOptions): OpenIDProvider =>
  openidProvider(authentikPreset, options, { variables: { url, application } })
