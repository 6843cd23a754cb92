import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Stripe. */
export const stripePreset: OAuth2Preset = {
  name: 'stripe',
  title: 'Stripe',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://connect.stripe.com/oauth/authorize',
    token_endpoint: 'https://connect.stripe.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['read_write'],
  offline: 'always',
  keep: ['stripe_user_id', 'livemode'],
  api: { base: 'https://api.stripe.com/v1/' },
  userinfo: { url: 'account' },
  profile: {
    sub: 'id',
    name: ['business_profile.name', 'settings.dashboard.display_name'],
    email: 'email',
    website: 'business_profile.url',
  },
}

/**
 * Log in with Stripe.
 *
 * - This connects an account (Stripe Connect). The client id begins with `ca_`, and the secret is an API key of your account.
 *
 * @see [Register an application](https://dashboard.stripe.com/settings/connect)
 * @see [Documentation](https://docs.stripe.com/connect/oauth-standard-accounts)
 */
export const stripe = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(stripePreset, options)
