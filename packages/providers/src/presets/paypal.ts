import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about PayPal. */
export const paypalPreset: OAuth2Preset = {
  name: 'paypal',
  title: 'PayPal',
  protocol: 'oauth2',
  variables: { environment: { pattern: '(?:sandbox\\.)?', default: '' } },
  metadata: {
    authorization_endpoint: 'https://www.{environment}paypal.com/signin/authorize',
    token_endpoint: 'https://api-m.{environment}paypal.com/v1/oauth2/token',
  },
  pkce: 'none',
  scope: ['openid', 'profile', 'email'],
  offline: 'always',
  api: { base: 'https://api-m.{environment}paypal.com/' },
  userinfo: { url: 'v1/identity/oauth2/userinfo?schema=paypalv1.1' },
  profile: {
    sub: 'user_id',
    name: 'name',
    given_name: 'given_name',
    family_name: 'family_name',
    email: ['email', 'emails.0.value'],
    email_verified: ['email_verified', 'emails.0.confirmed'],
  },
}

export interface PayPalOptions extends OAuth2ProviderOptions {
  /** Uses the sandbox of PayPal, with clients of the sandbox. Default false. */
  readonly sandbox?: boolean | undefined
}

/**
 * Log in with PayPal.
 *
 * - Switch on "Log in with PayPal" for the app, with the same attributes as the scope.
 * - The subject is a URL that ends in the id of the person for your app.
 *
 * @see [Register an application](https://developer.paypal.com/dashboard/applications)
 * @see [Documentation](https://developer.paypal.com/docs/log-in-with-paypal/integrate/)
 */
export const paypal = ({ sandbox = false, ...options }: PayPalOptions): OAuth2Provider =>
  oauth2Provider(paypalPreset, options, { variables: { environment: sandbox ? 'sandbox.' : '' } })
