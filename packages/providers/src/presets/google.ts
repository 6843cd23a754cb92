import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Google. */
export const googlePreset: OpenIDPreset = {
  name: 'google',
  title: 'Google',
  protocol: 'openid',
  issuer: 'https://accounts.google.com',
  issuers: ['https://accounts.google.com', 'accounts.google.com'],
  scope: ['profile', 'email'],
  offline: { params: { access_type: 'offline', prompt: 'consent' } },
}

/**
 * Log in with Google.
 *
 * - Google gives a refresh token at the first login only, unless `prompt` is `consent`: `offline: true` asks for both.
 * - `params: { hd: 'example.com' }` shows accounts of one Workspace, but does not keep others out: check `raw.hd` after the login.
 * - `params: { include_granted_scopes: 'true' }` adds what was granted before.
 * - An app in testing gets refresh tokens for seven days.
 *
 * @see [Register an application](https://console.cloud.google.com/auth/clients)
 * @see [Documentation](https://developers.google.com/identity/openid-connect/openid-connect)
 */
export const google = (options: OpenIDProviderOptions): OpenIDProvider => openidProvider(googlePreset, options)
