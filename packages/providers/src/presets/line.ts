import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about LINE. */
export const linePreset: OpenIDPreset = {
  name: 'line',
  title: 'LINE',
  protocol: 'openid',
  metadata: { revocation_endpoint: 'https://api.line.me/oauth2/v2.1/revoke' },
  issuer: 'https://access.line.me',
  idTokenAlg: 'HS256',
  clientAuth: 'client_secret_post',
  scope: ['profile', 'email'],
  offline: 'always',
  api: { base: 'https://api.line.me/' },
}

/**
 * Log in with LINE.
 *
 * - ID Tokens of web logins are signed with the channel secret (HS256). `idTokenAlg: 'ES256'` is for native apps.
 * - The address needs a permission: apply for it in the console.
 * - A refresh returns no new ID Token.
 *
 * @see [Register an application](https://developers.line.biz/console/)
 * @see [Documentation](https://developers.line.biz/en/docs/line-login/integrate-line-login/)
 */
export const line = (options: OpenIDProviderOptions): OpenIDProvider => openidProvider(linePreset, options)
