import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Square. */
export const squarePreset: OAuth2Preset = {
  name: 'square',
  title: 'Square',
  protocol: 'oauth2',
  variables: { environment: { pattern: '(?:sandbox)?', default: '' } },
  metadata: {
    authorization_endpoint: 'https://connect.squareup{environment}.com/oauth2/authorize',
    token_endpoint: 'https://connect.squareup{environment}.com/oauth2/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['MERCHANT_PROFILE_READ'],
  offline: 'always',
  tokenRequest: { encoding: 'json' },
  tokenResponse: { expires: { at: 'expires_at', as: 'iso' } },
  keep: ['merchant_id'],
  api: { base: 'https://connect.squareup{environment}.com/v2/' },
  userinfo: { url: 'merchants/me', at: 'merchant' },
  profile: { sub: 'id', name: 'business_name', locale: 'language_code' },
}

export interface SquareOptions extends OAuth2ProviderOptions {
  /** Uses the sandbox of Square, with clients of the sandbox. Default false. */
  readonly sandbox?: boolean | undefined
}

/**
 * Log in with Square.
 *
 * - The profile is that of the merchant. Access tokens live for 30 days.
 *
 * @see [Register an application](https://developer.squareup.com/apps)
 * @see [Documentation](https://developer.squareup.com/docs/oauth-api/overview)
 */
export const square = ({ sandbox = false, ...options }: SquareOptions): OAuth2Provider =>
  oauth2Provider(squarePreset, options, { variables: { environment: sandbox ? 'sandbox' : '' } })
