import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Vercel. */
export const vercelPreset: OAuth2Preset = {
  name: 'vercel',
  title: 'Vercel',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://vercel.com/oauth/authorize',
    token_endpoint: 'https://api.vercel.com/login/oauth/token',
  },
  clientAuth: 'client_secret_post',
  scope: ['openid', 'email', 'profile'],
  offline: { scope: ['offline_access'] },
  api: { base: 'https://api.vercel.com/' },
  userinfo: { url: 'login/oauth/userinfo' },
  profile: {
    sub: 'sub',
    name: 'name',
    preferred_username: 'preferred_username',
    email: 'email',
    email_verified: 'email_verified',
    picture: 'picture',
  },
}

/**
 * Log in with Vercel.
 *
 * @see [Register an application](https://vercel.com/d?to=%2F%5Bteam%5D%2F~%2Fsettings%2Fapps)
 * @see [Documentation](https://vercel.com/docs/sign-in-with-vercel)
 */
export const vercel = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(vercelPreset, options)
