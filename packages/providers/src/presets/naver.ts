import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Naver. */
export const naverPreset: OAuth2Preset = {
  name: 'naver',
  title: 'Naver',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://nid.naver.com/oauth2.0/authorize',
    token_endpoint: 'https://nid.naver.com/oauth2.0/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  offline: 'always',
  api: { base: 'https://openapi.naver.com/' },
  userinfo: { url: 'v1/nid/me', at: 'response' },
  profile: {
    sub: 'id',
    name: ['name', 'nickname'],
    nickname: 'nickname',
    email: 'email',
    picture: 'profile_image',
    gender: 'gender',
    phone_number: 'mobile_e164',
  },
}

/**
 * Log in with Naver.
 *
 * - What a person is asked for is chosen in the console; there are no scopes.
 * - Errors come with status 200. They are errors here too.
 *
 * @see [Register an application](https://developers.naver.com/apps/)
 * @see [Documentation](https://developers.naver.com/docs/login/api/api.md)
 */
export const naver = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(naverPreset, options)
