import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Mailchimp. */
export const mailchimpPreset: OAuth2Preset = {
  name: 'mailchimp',
  title: 'Mailchimp',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://login.mailchimp.com/oauth2/authorize',
    token_endpoint: 'https://login.mailchimp.com/oauth2/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  offline: 'never',
  tokenResponse: { tokenType: 'Bearer', zeroIsForever: true },
  api: { base: 'https://login.mailchimp.com/', scheme: 'OAuth' },
  userinfo: { url: 'oauth2/metadata' },
  profile: {
    sub: ['login.login_id', 'user_id'],
    name: 'accountname',
    preferred_username: 'login.login_name',
    email: 'login.email',
    picture: 'login.avatar',
  },
}

/**
 * Log in with Mailchimp.
 *
 * - Access tokens do not expire: `expires_in` is 0. There are no scopes.
 * - `raw.api_endpoint` is the API of the account. Name it in `resources`, such as `https://us1.api.mailchimp.com`.
 *
 * @see [Register an application](https://admin.mailchimp.com/account/oauth2/)
 * @see [Documentation](https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/)
 */
export const mailchimp = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(mailchimpPreset, options)
