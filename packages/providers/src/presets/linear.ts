import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Linear. */
export const linearPreset: OAuth2Preset = {
  name: 'linear',
  title: 'Linear',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://linear.app/oauth/authorize',
    token_endpoint: 'https://api.linear.app/oauth/token',
    revocation_endpoint: 'https://api.linear.app/oauth/revoke',
  },
  clientAuth: 'client_secret_post',
  scope: ['read'],
  scopeSeparator: ',',
  offline: 'always',
  api: { base: 'https://api.linear.app/' },
  userinfo: {
    url: 'graphql',
    body: '{"query":"{viewer{id name displayName email avatarUrl url}}"}',
    at: 'data.viewer',
  },
  profile: {
    sub: 'id',
    name: 'name',
    preferred_username: 'displayName',
    email: 'email',
    picture: 'avatarUrl',
    profile: 'url',
  },
}

/**
 * Log in with Linear.
 *
 * - The profile comes from the GraphQL API.
 * - `params: { actor: 'app' }` acts as the application instead of as the person.
 *
 * @see [Register an application](https://linear.app/settings/api/applications)
 * @see [Documentation](https://linear.app/developers/oauth-2-0-authentication)
 */
export const linear = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(linearPreset, options)
