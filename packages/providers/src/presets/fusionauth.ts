import { fetchUserinfo } from '@authlib/oidc/client'
import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about FusionAuth. */
export const fusionauthPreset: OpenIDPreset = {
  name: 'fusionauth',
  title: 'FusionAuth',
  protocol: 'openid',
  variables: { url: { pattern: 'https?://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*' } },
  issuer: '{url}',
  scope: ['profile', 'email'],
  offline: { scope: ['offline_access'] },
}

export interface FusionAuthOptions extends OpenIDProviderOptions {
  /** Where the server is, without a slash at the end, and the issuer of the tenant. */
  readonly url: string
}

/**
 * Log in with FusionAuth.
 *
 * - Set the issuer of the tenant to the URL of the server: "acme.com", the default of FusionAuth, is no URL.
 *
 * @see [Register an application](https://fusionauth.io/docs/get-started/core-concepts/applications)
 * @see [Documentation](https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/)
 */
export const fusionauth = ({ url, ...options }: FusionAuthOptions): OpenIDProvider =>
  openidProvider(fusionauthPreset, options, {
    userinfo: fetchUserinfo,
    variables: { url },
  })
