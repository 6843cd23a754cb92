import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Mail.ru. */
export const mailruPreset: OAuth2Preset = {
  name: 'mailru',
  title: 'Mail.ru',
  protocol: 'oauth2',
  metadata: { authorization_endpoint: 'https://oauth.mail.ru/login', token_endpoint: 'https://oauth.mail.ru/token' },
  pkce: 'none',
  scope: ['userinfo'],
  offline: 'always',
  tokenResponse: { tokenType: 'Bearer' },
  api: { base: 'https://oauth.mail.ru/', query: 'access_token' },
  userinfo: { url: 'userinfo' },
  profile: {
    sub: 'id',
    name: 'name',
    given_name: 'first_name',
    family_name: 'last_name',
    nickname: 'nickname',
    email: 'email',
    picture: 'image',
    birthdate: 'birthday',
    locale: 'locale',
  },
}

/**
 * Log in with Mail.ru.
 *
 * @see [Register an application](https://o2.mail.ru/app/)
 * @see [Documentation](https://api.mail.ru/docs/guides/oauth/)
 */
export const mailru = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(mailruPreset, options)
