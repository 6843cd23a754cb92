import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Yandex. */
export const yandexPreset: OAuth2Preset = {
  name: 'yandex',
  title: 'Yandex',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://oauth.yandex.com/authorize',
    token_endpoint: 'https://oauth.yandex.com/token',
    revocation_endpoint: 'https://oauth.yandex.com/revoke_token',
  },
  scope: ['login:info', 'login:email', 'login:avatar'],
  offline: 'always',
  api: { base: 'https://login.yandex.ru/', scheme: 'OAuth' },
  userinfo: { url: 'info?format=json' },
  profile: {
    sub: 'id',
    name: ['real_name', 'display_name'],
    given_name: 'first_name',
    family_name: 'last_name',
    preferred_username: 'login',
    email: 'default_email',
    picture: 'https://avatars.yandex.net/get-yapic/{default_avatar_id}/islands-200',
    birthdate: 'birthday',
    gender: 'sex',
  },
}

/**
 * Log in with Yandex.
 *
 * @see [Register an application](https://oauth.yandex.com/)
 * @see [Documentation](https://yandex.com/dev/id/doc/en/codes/code-url)
 */
export const yandex = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(yandexPreset, options)
