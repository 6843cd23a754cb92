import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Threads. */
export const threadsPreset: OAuth2Preset = {
  name: 'threads',
  title: 'Threads',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://threads.net/oauth/authorize',
    token_endpoint: 'https://graph.threads.net/oauth/access_token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['threads_basic'],
  scopeSeparator: ',',
  offline: 'never',
  tokenResponse: {
    tokenType: 'Bearer',
    error: { code: 'error.code', description: 'error.message', codes: { 100: 'invalid_grant' } },
  },
  keep: ['user_id'],
  api: { base: 'https://graph.threads.net/v1.0/', query: 'access_token' },
  userinfo: { url: 'me?fields=id,username,name,threads_profile_picture_url' },
  profile: {
    sub: 'id',
    name: ['name', 'username'],
    preferred_username: 'username',
    picture: 'threads_profile_picture_url',
  },
}

/**
 * Log in with Threads.
 *
 * - There is no email address.
 * - A token lives for an hour, or for 60 days after `access_token?grant_type=th_exchange_token`.
 *
 * @see [Register an application](https://developers.facebook.com/apps/)
 * @see [Documentation](https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions)
 */
export const threads = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(threadsPreset, options)
