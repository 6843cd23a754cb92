import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Battle.net. */
export const battlenetPreset: OAuth2Preset = {
  name: 'battlenet',
  title: 'Battle.net',
  protocol: 'oauth2',
  variables: { host: { pattern: 'oauth\\.(?:battle\\.net|battlenet\\.com\\.cn)', default: 'oauth.battle.net' } },
  metadata: { authorization_endpoint: 'https://{host}/authorize', token_endpoint: 'https://{host}/token' },
  pkce: 'none',
  scope: ['openid'],
  offline: 'never',
  api: { base: 'https://{host}/' },
  userinfo: { url: 'userinfo' },
  profile: { sub: ['sub', 'id'], name: 'battletag', preferred_username: 'battletag' },
}

export interface BattleNetOptions extends OAuth2ProviderOptions {
  /** Default `oauth.battle.net`. China has `oauth.battlenet.com.cn`. */
  readonly host?: string | undefined
}

/**
 * Log in with Battle.net.
 *
 * - Access tokens live for 24 hours. There is no email address.
 * - For the games, add `wow.profile`, `sc2.profile` or `d3.profile`, and name the API of the region in `resources`.
 *
 * @see [Register an application](https://develop.battle.net/access/clients)
 * @see [Documentation](https://community.developer.battle.net/documentation/guides/using-oauth/authorization-code-flow)
 */
export const battlenet = ({ host, ...options }: BattleNetOptions): OAuth2Provider =>
  oauth2Provider(battlenetPreset, options, { variables: { host } })
