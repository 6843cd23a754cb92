import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about MyAnimeList. */
export const myanimelistPreset: OAuth2Preset = {
  name: 'myanimelist',
  title: 'MyAnimeList',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://myanimelist.net/v1/oauth2/authorize',
    token_endpoint: 'https://myanimelist.net/v1/oauth2/token',
  },
  pkce: 'plain',
  offline: 'always',
  api: { base: 'https://api.myanimelist.net/v2/' },
  userinfo: { url: 'users/@me' },
  profile: { sub: 'id', name: 'name', preferred_username: 'name', picture: 'picture', birthdate: 'birthday' },
}

/**
 * Log in with MyAnimeList.
 *
 * - PKCE works in its plain form only. There are no scopes to choose, and no email address.
 *
 * @see [Register an application](https://myanimelist.net/apiconfig)
 * @see [Documentation](https://myanimelist.net/apiconfig/references/authorization)
 */
export const myanimelist = (options: OAuth2ProviderOptions): OAuth2Provider =>
  oauth2Provider(myanimelistPreset, options)
