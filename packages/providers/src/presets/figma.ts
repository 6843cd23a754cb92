import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Figma. */
export const figmaPreset: OAuth2Preset = {
  name: 'figma',
  title: 'Figma',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.figma.com/oauth',
    token_endpoint: 'https://api.figma.com/v1/oauth/token',
    revocation_endpoint: 'https://api.figma.com/v1/oauth/revoke',
  },
  scope: ['current_user:read'],
  offline: 'always',
  refreshRequest: { url: 'https://api.figma.com/v1/oauth/refresh' },
  tokenResponse: { tokenType: 'Bearer' },
  api: { base: 'https://api.figma.com/v1/' },
  userinfo: { url: 'me' },
  profile: { sub: 'id', name: 'handle', email: 'email', picture: 'img_url' },
}

/**
 * Log in with Figma.
 *
 * - Tokens are refreshed at another URL than they are issued at. A refresh token does not change.
 *
 * @see [Register an application](https://www.figma.com/developers/apps)
 * @see [Documentation](https://developers.figma.com/docs/rest-api/authentication/)
 */
export const figma = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(figmaPreset, options)
