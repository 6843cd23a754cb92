import { fetchUserinfo } from '@authlib/oidc/client'
import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Ory. */
export const hydraPreset: OpenIDPreset = {
  name: 'hydra',
  title: 'Ory',
  protocol: 'openid',
  variables: { url: { pattern: 'https?://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*/?' } },
  issuer: '{url}',
  scope: ['profile', 'email'],
  offline: { scope: ['offline_access'] },
}

export interface HydraOptions extends OpenIDProviderOptions {
  /** The issuer, as the server is configured with it: `https://<slug>.projects.oryapis.com`. */
  readonly url: string
}

/**
 * Log in with Ory.
 *
 * - Ory Hydra of your own and Ory Network both work.
 * - What the profile holds is decided by the application that accepts the consent.
 *
 * @see [Register an application](https://console.ory.com/)
 * @see [Documentation](https://www.ory.com/docs/oauth2-oidc/authorization-code-flow)
 */
export const hydra = ({ url, ...options }: HydraOptions): OpenIDProvider =>
  openidProvider(hydraPreset, options, {
    userinfo: fetchUserinfo,
    variables: { url },
  })
