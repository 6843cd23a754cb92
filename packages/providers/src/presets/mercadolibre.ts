import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Mercado Libre. */
export const mercadolibrePreset: OAuth2Preset = {
  name: 'mercadolibre',
  title: 'Mercado Libre',
  protocol: 'oauth2',
  variables: {
    host: { pattern: 'auth\\.(?:mercadolibre|mercadolivre)(?:\\.[a-z]{2,3}){1,2}', default: 'auth.mercadolibre.com' },
  },
  metadata: {
    authorization_endpoint: 'https://{host}/authorization',
    token_endpoint: 'https://api.mercadolibre.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  offline: 'always',
  keep: ['user_id'],
  api: { base: 'https://api.mercadolibre.com/' },
  userinfo: { url: 'users/me' },
  profile: {
    sub: 'id',
    name: '{first_name} {last_name}',
    given_name: 'first_name',
    family_name: 'last_name',
    preferred_username: 'nickname',
    email: 'email',
    picture: 'thumbnail.picture_url',
  },
}

export interface MercadoLibreOptions extends OAuth2ProviderOptions {
  /** The host of the login page of a country, such as `auth.mercadolibre.com.ar` or `auth.mercadolivre.com.br`. Default `auth.mercadolibre.com`. */
  readonly host?: string | undefined
}

/**
 * Log in with Mercado Libre.
 *
 * - Refresh tokens rotate, and the app must be allowed `offline_access`.
 *
 * @see [Register an application](https://developers.mercadolibre.com.ar/devcenter)
 * @see [Documentation](https://developers.mercadolibre.com.ar/en_us/authentication-and-authorization)
 */
export const mercadolibre = ({ host, ...options }: MercadoLibreOptions): OAuth2Provider =>
  oauth2Provider(mercadolibrePreset, options, { variables: { host } })
