import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import { find } from '../path.ts'
import type { OAuth2Preset } from '../preset.ts'
import type { RawProfile } from '../profile.ts'

/** Facts about Kakao. */
export const kakaoPreset: OAuth2Preset = {
  name: 'kakao',
  title: 'Kakao',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://kauth.kakao.com/oauth/authorize',
    token_endpoint: 'https://kauth.kakao.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['profile_nickname', 'profile_image', 'account_email'],
  scopeSeparator: ',',
  offline: 'always',
  keep: ['refresh_token_expires_in'],
  api: { base: 'https://kapi.kakao.com/' },
  userinfo: { url: 'v2/user/me' },
  profile: {
    sub: 'id',
    name: ['kakao_account.name', 'kakao_account.profile.nickname'],
    nickname: 'kakao_account.profile.nickname',
    picture: 'kakao_account.profile.profile_image_url',
    email: 'kakao_account.email',
  },
}

/**
 * Log in with Kakao.
 *
 * - The client id is the REST API key of the app. The secret is optional, and off by default.
 * - Each consent item has to be switched on in the console; one that is off is refused with KOE205. The address needs a business app.
 * - A refresh returns a new refresh token only in the last month of the old one.
 *
 * @see [Register an application](https://developers.kakao.com/console/app)
 * @see [Documentation](https://developers.kakao.com/docs/latest/en/kakaologin/rest-api)
 */
export const kakao = (options: OAuth2ProviderOptions): OAuth2Provider =>
  oauth2Provider(kakaoPreset, options, { claims: verifiedAddress })

/** An address that is no longer valid belongs to another account by now. */
function verifiedAddress({ kakao_account: account }: RawProfile): Readonly<Record<string, unknown>> {
  if (find(account, 'email') === undefined || find(account, 'is_email_verified') === undefined) return {}
  return { email_verified: find(account, 'is_email_valid') === true && find(account, 'is_email_verified') === true }
}
