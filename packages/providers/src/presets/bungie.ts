import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Bungie. */
export const bungiePreset: OAuth2Preset = {
  name: 'bungie',
  title: 'Bungie',
  protocol: 'oauth2',
  variables: { apiKey: { pattern: '[A-Za-z0-9]+' } },
  metadata: {
    authorization_endpoint: 'https://www.bungie.net/en/oauth/authorize',
    token_endpoint: 'https://www.bungie.net/platform/app/oauth/token/',
  },
  pkce: 'none',
  offline: 'always',
  keep: ['membership_id'],
  api: { base: 'https://www.bungie.net/Platform/', headers: { 'x-api-key': '{apiKey}' } },
  userinfo: { url: 'User/GetMembershipsForCurrentUser/', at: 'Response.bungieNetUser' },
  profile: {
    sub: 'membershipId',
    name: 'displayName',
    preferred_username: 'uniqueName',
    picture: 'https://www.bungie.net{profilePicturePath}',
  },
}

export interface BungieOptions extends OAuth2ProviderOptions {
  /** The API key of the application. Every call of the API carries it. */
  readonly apiKey: string
}

/**
 * Log in with Bungie.
 *
 * - Only confidential clients get refresh tokens. They live for 90 days.
 * - There are no scopes in the request, and no email address.
 *
 * @see [Register an application](https://www.bungie.net/en/Application)
 * @see [Documentation](https://github.com/Bungie-net/api/wiki/OAuth-Documentation)
 */
export const bungie = ({ apiKey, ...options }: BungieOptions): OAuth2Provider =>
  oauth2Provider(bungiePreset, options, { variables: { apiKey } })
