import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Hugging Face. */
export const huggingfacePreset: OAuth2Preset = {
  name: 'huggingface',
  title: 'Hugging Face',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://huggingface.co/oauth/authorize',
    token_endpoint: 'https://huggingface.co/oauth/token',
  },
  scope: ['openid', 'profile', 'email'],
  offline: 'always',
  api: { base: 'https://huggingface.co/' },
  userinfo: { url: 'oauth/userinfo' },
  profile: {
    sub: 'sub',
    name: 'name',
    preferred_username: 'preferred_username',
    email: 'email',
    email_verified: 'email_verified',
    picture: 'picture',
    profile: 'profile',
    website: 'website',
  },
}

/**
 * Log in with Hugging Face.
 *
 * @see [Register an application](https://huggingface.co/settings/applications/new)
 * @see [Documentation](https://huggingface.co/docs/hub/oauth)
 */
export const huggingface = (options: OAuth2ProviderOptions): OAuth2Provider =>
  oauth2Provider(huggingfacePreset, options)
