import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Xero. */
export const xeroPreset: OpenIDPreset = {
  name: 'xero',
  title: 'Xero',
  protocol: 'openid',
  issuer: 'https://identity.xero.com',
  scope: ['profile', 'email'],
  offline: { scope: ['offline_access'] },
  api: { base: 'https://api.xero.com/' },
}

/**
 * Log in with Xero.
 *
 * - Calls of the API name the organisation in a header, `xero-tenant-id`; `session.fetch('connections')` lists those of the person.
 * - Refresh tokens rotate. Access tokens live for 30 minutes.
 *
 * @see [Register an application](https://developer.xero.com/app/manage)
 * @see [Documentation](https://developer.xero.com/documentation/guides/oauth2/auth-flow/)
 */
export const xero = (options: OpenIDProviderOptions): OpenIDProvider => openidProvider(xeroPreset, options)
