import { fetchUserinfo } from '@authlib/oidc/client'
import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Okta. */
export const oktaPreset: OpenIDPreset = {
  name: 'okta',
  title: 'Okta',
  protocol: 'openid',
  variables: {
    domain: { pattern: '[a-z0-9-]+(?:\\.[a-z0-9-]+)+' },
    path: { pattern: '(?:/oauth2/[\\w-]+)?', default: '/oauth2/default' },
  },
  issuer: 'https://{domain}{path}',
  scope: ['profile', 'email'],
  offline: { scope: ['offline_access'] },
}

export interface OktaOptions extends OpenIDProviderOptions {
  /** The domain of the organization, or a custom domain: `example.okta.com`. */
  readonly domain: string
  /** The id of the authorization server; null for the one of the organization itself. Default `default`. */
  readonly authorizationServer?: string | null | undefined
}

/**
 * Log in with Okta.
 *
 * - The ID Token of a code flow holds few claims: the userinfo endpoint is asked as well.
 *
 * @see [Register an application](https://login.okta.com/)
 * @see [Documentation](https://developer.okta.com/docs/guides/implement-grant-type/authcode/main/)
 */
export const okta = ({ domain, authorizationServer = 'default', ...options }: OktaOptions): OpenIDProvider =>
  openidProvider(oktaPreset, options, {
    userinfo: fetchUserinfo,
    variables: { domain, path: authorizationServer === null ? '' : `/oauth2/${authorizationServer}` },
  })
