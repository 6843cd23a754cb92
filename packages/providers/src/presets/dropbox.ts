import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Dropbox. */
export const dropboxPreset: OAuth2Preset = {
  name: 'dropbox',
  title: 'Dropbox',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.dropbox.com/oauth2/authorize',
    token_endpoint: 'https://api.dropboxapi.com/oauth2/token',
  },
  scope: ['account_info.read'],
  offline: { params: { token_access_type: 'offline' } },
  keep: ['account_id'],
  api: { base: 'https://api.dropboxapi.com/2/', origins: ['https://content.dropboxapi.com'] },
  userinfo: { url: 'users/get_current_account', body: '' },
  profile: {
    sub: 'account_id',
    name: 'name.display_name',
    given_name: 'name.given_name',
    family_name: 'name.surname',
    email: 'email',
    email_verified: 'email_verified',
    picture: 'profile_photo_url',
    locale: 'locale',
  },
}

/**
 * Log in with Dropbox.
 *
 * - A token ends with a call of the API, not by revocation: `session.fetch('auth/token/revoke', { method: 'POST' })`.
 *
 * @see [Register an application](https://www.dropbox.com/developers/apps)
 * @see [Documentation](https://developers.dropbox.com/oauth-guide)
 */
export const dropbox = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(dropboxPreset, options)
