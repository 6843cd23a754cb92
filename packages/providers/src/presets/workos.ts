import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about WorkOS. */
export const workosPreset: OAuth2Preset = {
  name: 'workos',
  title: 'WorkOS',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://api.workos.com/sso/authorize',
    token_endpoint: 'https://api.workos.com/sso/token',
  },
  clientAuth: 'client_secret_post',
  offline: 'never',
  tokenResponse: { tokenType: 'Bearer' },
  api: { base: 'https://api.workos.com/' },
  userinfo: { url: 'sso/profile' },
  profile: {
    sub: 'id',
    name: ['{first_name} {last_name}', 'first_name'],
    given_name: 'first_name',
    family_name: 'last_name',
    email: 'email',
  },
}

/**
 * Log in with WorkOS.
 *
 * - Each login says where the person comes from: `params: { organization: 'org_…' }`, or `connection`, or `provider`.
 * - The secret is the API key.
 *
 * @see [Register an application](https://dashboard.workos.com/)
 * @see [Documentation](https://workos.com/docs/reference/sso)
 */
export const workos = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(workosPreset, options)
