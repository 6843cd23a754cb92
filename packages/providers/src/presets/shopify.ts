import { AuthlibError, constantTimeEqual } from '@authlib/core'
import type { AuthorizationOptions, ClientExtension } from '@authlib/oauth2/client'
import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import { find } from '../path.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Shopify. */
export const shopifyPreset: OAuth2Preset = {
  name: 'shopify',
  title: 'Shopify',
  protocol: 'oauth2',
  variables: {
    shop: { pattern: '[a-z0-9][a-z0-9-]*', from: 'login' },
    version: { pattern: '\\d{4}-\\d{2}|unstable', default: '2026-01' },
  },
  metadata: {
    authorization_endpoint: 'https://{shop}.myshopify.com/admin/oauth/authorize',
    token_endpoint: 'https://{shop}.myshopify.com/admin/oauth/access_token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scopeSeparator: ',',
  offline: 'never',
  tokenResponse: { tokenType: 'Bearer', scopeSeparator: ',' },
  keep: ['associated_user', 'associated_user_scope'],
  api: {
    base: 'https://{shop}.myshopify.com/admin/api/{version}/',
    headers: { 'x-shopify-access-token': '{access_token}' },
  },
  userinfo: { url: 'shop.json', at: 'shop' },
  profile: { sub: 'id', name: 'name', email: 'email', zoneinfo: 'iana_timezone', website: 'https://{domain}' },
}

/** Options of each login. */
export interface ShopifyAuthorizationOptions extends AuthorizationOptions {
  /** The shop: `example` for `example.myshopify.com`. */
  readonly shop: string
}

export interface ShopifyOptions extends OAuth2ProviderOptions {
  /** It also signs callbacks. */
  readonly clientSecret: string
  /** The version of the Admin API. Default `2026-01`. */
  readonly version?: string | undefined
}

/**
 * Log in with Shopify.
 *
 * - Each login names its shop: `authorizeRedirect(context, { redirectUri, shop: 'example' })` for `example.myshopify.com`.
 * - The signature of the callback (`hmac`) is verified, and its shop must be the one of the login.
 * - The profile is that of the shop. For the person, ask for an online token: `params: { 'grant_options[]': 'per-user' }`, then read `token.extra.associated_user`.
 * - Access tokens do not expire, unless they are online tokens.
 *
 * @see [Register an application](https://dev.shopify.com/dashboard)
 * @see [Documentation](https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant)
 */
export const shopify = ({ version, ...options }: ShopifyOptions): OAuth2Provider<ShopifyAuthorizationOptions> =>
  oauth2Provider(shopifyPreset, options, {
    variables: { version },
    extensions: [signedCallback(options.clientSecret)],
  })

/** The callback carries a signature over its other parameters, made with the secret. */
function signedCallback(secret: string): ClientExtension {
  return {
    name: 'shopify',
    async callback(params, { data }) {
      const signed = [...params].filter(([name]) => name !== 'hmac').sort(([a], [b]) => (a < b ? -1 : 1))
      const text = signed.map(([name, value]) => `${name}=${value}`).join('&')
      if (!constantTimeEqual(await sign(text, secret), params.get('hmac') ?? ''))
        throw invalidCallback('its signature is wrong')
      const shop = find(data, 'shop') // `authorizing` put it there
      if (typeof shop !== 'string' || params.get('shop') !== `${shop}.myshopify.com`)
        throw invalidCallback('it is from another shop')
      return params
    },
  }
}

async function sign(text: string, secret: string): Promise<string> {
  const encoder = new TextEncoder()
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), hmac, false, ['sign'])
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)))
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function invalidCallback(reason: string): AuthlibError {
  return new AuthlibError('invalid_callback', 'The callback is not valid', { status: 400, reason })
}
