import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Amazon. */
export const amazonPreset: OAuth2Preset = {
  name: 'amazon',
  title: 'Amazon',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.amazon.com/ap/oa',
    token_endpoint: 'https://api.amazon.com/auth/o2/token',
  },
  clientAuth: 'client_secret_post',
  scope: ['profile'],
  offline: 'always',
  api: { base: 'https://api.amazon.com/' },
  userinfo: { url: 'user/profile' },
  profile: { sub: 'user_id', name: 'name', email: 'email', zoneinfo: 'zoneinfo' },
}

/**
 * Log in with Amazon.
 *
 * - `profile:user_id` asks for the subject alone.
 * - Customers of Europe and the Far East use the same hosts; change the endpoints only if the console of your region says so.
 *
 * @see [Register an application](https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html)
 * @see [Documentation](https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html)
 */
export const amazon = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(amazonPreset, options)
