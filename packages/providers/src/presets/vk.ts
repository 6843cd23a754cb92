import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about VK. */
export const vkPreset: OAuth2Preset = {
  name: 'vk',
  title: 'VK',
  protocol: 'oauth2',
  metadata: { authorization_endpoint: 'https://id.vk.com/authorize', token_endpoint: 'https://id.vk.com/oauth2/auth' },
  clientAuth: 'client_secret_post',
  scope: ['vkid.personal_info', 'email'],
  offline: 'always',
  tokenRequest: { fromCallback: ['device_id'] },
  keep: ['user_id'],
  api: { base: 'https://id.vk.com/', origins: ['https://api.vk.com'] },
  userinfo: { url: 'oauth2/user_info', body: 'client_id={client_id}&access_token={access_token}', at: 'user' },
  profile: {
    sub: 'user_id',
    name: '{first_name} {last_name}',
    given_name: 'first_name',
    family_name: 'last_name',
    email: 'email',
    picture: 'avatar',
    phone_number: 'phone',
    birthdate: 'birthday',
  },
}

/**
 * Log in with VK.
 *
 * - This is VK ID, which replaces `oauth.vk.com`.
 * - The callback carries a `device_id` that token requests repeat. Access tokens live for an hour.
 *
 * @see [Register an application](https://id.vk.com/about/business/go)
 * @see [Documentation](https://id.vk.com/about/business/go/docs/en/vkid/latest/vk-id/connection/api-integration/api-description)
 */
export const vk = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(vkPreset, options)
