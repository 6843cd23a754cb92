import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Eventbrite. */
export const eventbritePreset: OAuth2Preset = {
  name: 'eventbrite',
  title: 'Eventbrite',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://www.eventbrite.com/oauth/authorize',
    token_endpoint: 'https://www.eventbrite.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  offline: 'never',
  api: { base: 'https://www.eventbriteapi.com/v3/' },
  userinfo: { url: 'users/me/' },
  profile: {
    sub: 'id',
    name: 'name',
    given_name: 'first_name',
    family_name: 'last_name',
    email: ['emails.[primary].email', 'emails.0.email'],
    email_verified: ['emails.[primary].verified', 'emails.0.verified'],
  },
}

/**
 * Log in with Eventbrite.
 *
 * - Access tokens do not expire. There are no scopes.
 *
 * @see [Register an application](https://www.eventbrite.com/platform/api-keys)
 * @see [Documentation](https://www.eventbrite.com/platform/api#/introduction/authentication)
 */
export const eventbrite = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(eventbritePreset, options)
