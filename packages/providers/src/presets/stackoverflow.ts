import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Stack Overflow. */
export const stackoverflowPreset: OAuth2Preset = {
  name: 'stackoverflow',
  title: 'Stack Overflow',
  protocol: 'oauth2',
  variables: { site: { pattern: '[a-z.]+', default: 'stackoverflow' }, key: { pattern: '[\\w*()!~.-]+' } },
  metadata: {
    authorization_endpoint: 'https://stackoverflow.com/oauth',
    token_endpoint: 'https://stackoverflow.com/oauth/access_token/json',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scopeSeparator: ',',
  offline: { scope: ['no_expiry'] },
  tokenResponse: { tokenType: 'Bearer', error: { code: 'error.type', description: 'error.message' } },
  api: { base: 'https://api.stackexchange.com/2.3/', query: 'access_token' },
  userinfo: { url: 'me?site={site}&key={key}', at: 'items.0' },
  profile: {
    sub: 'account_id',
    name: 'display_name',
    picture: 'profile_image',
    profile: 'link',
    website: 'website_url',
  },
}

export interface StackOverflowOptions extends OAuth2ProviderOptions {
  /** The key of the app: calls of the API need it beside the token. */
  readonly key: string
  /** The site whose profile is read. Default `stackoverflow`. */
  readonly site?: string | undefined
}

/**
 * Log in with Stack Overflow.
 *
 * - There are no refresh tokens: `offline: true` asks for an access token that does not expire. There is no email address.
 * - The subject is the id of the network account, the same on all sites.
 *
 * @see [Register an application](https://stackapps.com/apps/oauth/register)
 * @see [Documentation](https://api.stackexchange.com/docs/authentication)
 */
export const stackoverflow = ({ key, site, ...options }: StackOverflowOptions): OAuth2Provider =>
  oauth2Provider(stackoverflowPreset, options, { variables: { key, site } })
