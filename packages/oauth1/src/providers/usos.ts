/** USOS, the student system of Polish universities, on the host of each. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type HostOptions } from './preset.ts'

/** Say what is asked for: `requestParams: { scopes: 'studies|email' }`. */
export function usos({ url, ...options }: HostOptions): Provider<OAuth1Client> {
  const base = url.replace(/\/?$/, '/')
  return fromPreset(
    {
      requestTokenUrl: `${base}services/oauth/request_token`,
      authorizationUrl: `${base}services/oauth/authorize`,
      accessTokenUrl: `${base}services/oauth/access_token`,
      apiBaseUrl: `${base}services/`,
    },
    options,
  )
}
