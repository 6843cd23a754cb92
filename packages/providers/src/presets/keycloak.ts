import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Keycloak. */
export const keycloakPreset: OpenIDPreset = {
  name: 'keycloak',
  title: 'Keycloak',
  protocol: 'openid',
  variables: {
    url: { pattern: 'https?://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*' },
    realm: { pattern: '(?:[\\w.~-]|%20)+' },
  },
  issuer: '{url}/realms/{realm}',
  scope: ['profile', 'email'],
  offline: 'always',
}

export interface KeycloakOptions extends OpenIDProviderOptions {
  /** Where the server is, without a slash at the end: `https://id.example.com`. Before version 17 it ends in `/auth`. */
  readonly url: string
  /** The name of the realm. */
  readonly realm: string
}

/**
 * Log in with Keycloak.
 *
 * - Refresh tokens end with the session of the person. `scope: ['profile', 'email', 'offline_access']` gives one that outlives it.
 *
 * @see [Register an application](https://www.keycloak.org/docs/latest/server_admin/#_oidc_clients)
 * @see [Documentation](https://www.keycloak.org/securing-apps/oidc-layers)
 */
export const keycloak = ({ url, realm, ...options }: KeycloakOptions): OpenIDProvider =>
  openidProvider(keycloakPreset, options, { variables: { url, realm } })
