import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Trakt. */
export const traktPreset: OAuth2Preset = {
  name: 'trakt',
  title: 'Trakt',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://trakt.tv/oauth/authorize',
    token_endpoint: 'https://api.trakt.tv/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  offline: 'always',
  tokenRequest: { encoding: 'json' },
  api: { base: 'https://api.trakt.tv/', headers: { 'trakt-api-version': '2', 'trakt-api-key': '{client_id}' } },
  userinfo: { url: 'users/me?extended=full' },
  profile: {
    sub: 'ids.uuid',
    name: ['name', 'username'],
    preferred_username: 'username',
    picture: 'images.avatar.full',
  },
}

/**
 * Log in with Trakt.
 *
 * - There are no scopes, and no email address.
 *
 * @see [Register an application](https://trakt.tv/oauth/applications)
 * @see [Documentation](https://trakt.docs.apiary.io/#reference/authentication-oauth)
 */
export const trakt = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(traktPreset, options)
