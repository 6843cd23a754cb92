import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Twitch. */
export const twitchPreset: OpenIDPreset = {
  name: 'twitch',
  title: 'Twitch',
  protocol: 'openid',
  metadata: { revocation_endpoint: 'https://id.twitch.tv/oauth2/revoke' },
  issuer: 'https://id.twitch.tv/oauth2',
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['user:read:email'],
  authorization: {
    params: { claims: '{"id_token":{"email":null,"email_verified":null,"picture":null,"preferred_username":null}}' },
  },
  offline: 'always',
  tokenResponse: {
    error: {
      code: 'message',
      description: 'message',
      codes: {
        'Invalid authorization code': 'invalid_grant',
        'Invalid refresh token': 'invalid_grant',
        'invalid client': 'invalid_client',
        'invalid client secret': 'invalid_client',
      },
    },
  },
  api: { base: 'https://api.twitch.tv/helix/', headers: { 'client-id': '{client_id}' } },
  profile: { name: 'preferred_username' },
}

/**
 * Log in with Twitch.
 *
 * - Calls of the API carry the client id in a header of its own: sessions send it by themselves.
 * - The scope of the token response is an array, and errors have a form of their own. Both come out as usual.
 *
 * @see [Register an application](https://dev.twitch.tv/console/apps)
 * @see [Documentation](https://dev.twitch.tv/docs/authentication/getting-tokens-oidc/)
 */
export const twitch = (options: OpenIDProviderOptions): OpenIDProvider => openidProvider(twitchPreset, options)
