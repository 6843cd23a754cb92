import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Railway. */
export const railwayPreset: OAuth2Preset = {
  name: 'railway',
  title: 'Railway',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://backboard.railway.com/oauth/auth',
    token_endpoint: 'https://backboard.railway.com/oauth/token',
  },
  scope: ['openid', 'email', 'profile'],
  offline: { scope: ['offline_access'], params: { prompt: 'consent' } },
  api: { base: 'https://backboard.railway.com/' },
  userinfo: { url: 'oauth/me' },
  profile: { sub: 'sub', name: 'name', email: 'email', picture: 'picture' },
}

/**
 * Log in with Railway.
 *
 * @see [Register an application](https://railway.com/account/apps)
 * @see [Documentation](https://docs.railway.com/reference/oauth)
 */
export const railway = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(railwayPreset, options)
