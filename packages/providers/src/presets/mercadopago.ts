import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Mercado Pago. */
export const mercadopagoPreset: OAuth2Preset = {
  name: 'mercadopago',
  title: 'Mercado Pago',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://auth.mercadopago.com/authorization',
    token_endpoint: 'https://api.mercadopago.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  authorization: { params: { platform_id: 'mp' } },
  offline: 'always',
  tokenRequest: { encoding: 'json' },
  keep: ['user_id', 'public_key', 'live_mode'],
  api: { base: 'https://api.mercadopago.com/' },
  userinfo: { url: 'users/me' },
  profile: {
    sub: 'id',
    name: '{first_name} {last_name}',
    given_name: 'first_name',
    family_name: 'last_name',
    preferred_username: 'nickname',
    email: 'email',
  },
}

/**
 * Log in with Mercado Pago.
 *
 * - PKCE has to be switched on for the app in the panel. If it is off, write `preset: { pkce: 'none' }`.
 * - Access tokens live for 180 days.
 *
 * @see [Register an application](https://www.mercadopago.com/developers/panel/app)
 * @see [Documentation](https://www.mercadopago.com/developers/en/docs/security/oauth)
 */
export const mercadopago = (options: OAuth2ProviderOptions): OAuth2Provider =>
  oauth2Provider(mercadopagoPreset, options)
