import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about AniList. */
export const anilistPreset: OAuth2Preset = {
  name: 'anilist',
  title: 'AniList',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://anilist.co/api/v2/oauth/authorize',
    token_endpoint: 'https://anilist.co/api/v2/oauth/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  offline: 'never',
  api: { base: 'https://graphql.anilist.co/' },
  userinfo: { url: '', body: '{"query":"{Viewer{id name siteUrl avatar{large}}}"}', at: 'data.Viewer' },
  profile: { sub: 'id', name: 'name', preferred_username: 'name', picture: 'avatar.large', profile: 'siteUrl' },
}

/**
 * Log in with AniList.
 *
 * - There are no scopes and no email address. Access tokens live for a year.
 * - The profile comes from the GraphQL API.
 *
 * @see [Register an application](https://anilist.co/settings/developer)
 * @see [Documentation](https://docs.anilist.co/guide/auth/authorization-code)
 */
export const anilist = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(anilistPreset, options)
