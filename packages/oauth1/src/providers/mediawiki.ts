/** MediaWiki with the OAuth extension: Wikipedia, and wikis of your own. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

export interface MediawikiOptions extends PresetOptions {
  /** The script path of the wiki that registers clients. Default `https://meta.wikimedia.org/w/`. */
  readonly url?: string | undefined
}

/** The callback must be the registered one, or `oob`. */
export function mediawiki({
  url = 'https://meta.wikimedia.org/w/',
  ...options
}: MediawikiOptions): Provider<OAuth1Client> {
  const base = url.replace(/\/?$/, '/')
  const special = (page: string): string => `${base}index.php?title=Special%3AOAuth%2F${page}`
  return fromPreset(
    {
      requestTokenUrl: special('initiate'),
      authorizationUrl: special('authorize'),
      accessTokenUrl: special('token'),
      apiBaseUrl: base,
      params: { oauth_consumer_key: options.clientId },
    },
    options,
  )
}

/** Who logged in, for `fetchProfile`. Id and name at the wiki of the preset. On Wikimedia they are those of meta.wikimedia.org. */
export const mediawikiProfile: ProfileSource = {
  path: 'api.php?action=query&meta=userinfo&format=json',
  claims: { sub: 'query/userinfo/id', preferred_username: 'query/userinfo/name' },
}
