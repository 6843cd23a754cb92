import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about osu!. */
export const osuPreset: OAuth2Preset = {
  name: 'osu',
  title: 'osu!',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://osu.ppy.sh/oauth/authorize',
    token_endpoint: 'https://osu.ppy.sh/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['identify'],
  offline: 'always',
  api: { base: 'https://osu.ppy.sh/api/v2/' },
  userinfo: { url: 'me' },
  profile: { sub: 'id', name: 'username', preferred_username: 'username', picture: 'avatar_url' },
}

/**
 * Log in with osu!.
 *
 * - There is no email address.
 *
 * @see [Register an application](https://osu.ppy.sh/home/account/edit#oauth)
 * @see [Documentation](https://osu.ppy.sh/docs/)
 */
export const osu = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(osuPreset, options)
