import { fetchUserinfo } from '@authlib/oidc/client'
import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Kinde. */
export const kindePreset: OpenIDPreset = {
  name: 'kinde',
  title: 'Kinde',
  protocol: 'openid',
  variables: { domain: { pattern: '[a-z0-9-]+(?:\\.[a-z0-9-]+)+' } },
  issuer: 'https://{domain}',
  scope: ['profile', 'email'],
  offline: { scope: ['offline'] },
}

export interface KindeOptions extends OpenIDProviderOptions {
  /** The domain of the business, or a custom domain: `example.kinde.com`. */
  readonly domain: string
}

/**
 * Log in with Kinde.
 *
 * @see [Register an application](https://app.kinde.com/admin)
 * @see [Documentation](https://docs.kinde.com/developer-tools/about/using-kinde-without-an-sdk/)
 */
export const kinde = ({ domain, ...options }: KindeOptions): OpenIDProvider =>
  openidProvider(kindePreset, options, {
    userinfo: fetchUserinfo,
    variables: { domain },
  })
