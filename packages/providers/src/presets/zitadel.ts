import { fetchUserinfo } from '@authlib/oidc/client'
import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about ZITADEL. */
export const zitadelPreset: OpenIDPreset = {
  name: 'zitadel',
  title: 'ZITADEL',
  protocol: 'openid',
  variables: { url: { pattern: 'https?://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*' } },
  issuer: '{url}',
  scope: ['profile', 'email'],
  offline: { scope: ['offline_access'] },
}

export interface ZitadelOptions extends OpenIDProviderOptions {
  /** The domain of the instance, without a slash at the end: `https://example.zitadel.cloud`. */
  readonly url: string
}

/**
 * Log in with ZITADEL.
 *
 * @see [Register an application](https://zitadel.com/docs/guides/integrate/login/oidc/login-users)
 * @see [Documentation](https://zitadel.com/docs/apis/openidoauth/endpoints)
 */
export const zitadel = ({ url, ...options }: ZitadelOptions): OpenIDProvider =>
  openidProvider(zitadelPreset, options, {
    userinfo: fetchUserinfo,
    variables: { url },
  })
