import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Logto. */
export const logtoPreset: OpenIDPreset = {
  name: 'logto',
  title: 'Logto',
  protocol: 'openid',
  variables: { url: { pattern: 'https?://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*' } },
  issuer: '{url}/oidc',
  scope: ['profile', 'email'],
  authorization: { params: { prompt: 'consent' } },
  offline: { scope: ['offline_access'] },
  profile: { preferred_username: ['preferred_username', 'username'] },
}

export interface LogtoOptions extends OpenIDProviderOptions {
  /** The endpoint of the tenant, without a slash at the end: `https://example.logto.app`. */
  readonly url: string
}

/**
 * Log in with Logto.
 *
 * @see [Register an application](https://cloud.logto.io/)
 * @see [Documentation](https://docs.logto.io/integrate-logto/integrate-logto-into-your-application)
 */
export const logto = ({ url, ...options }: LogtoOptions): OpenIDProvider =>
  openidProvider(logtoPreset, options, { variables: { url } })
