/** USOS, the student system of Polish universities, on the host of each. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type HostOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

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

/** Who logged in, for `fetchProfile`. The address needs the scope `email`. */
export const usosProfile: ProfileSource = {
  path: 'users/user?fields=id|first_name|last_name|email',
  claims: { sub: 'id', given_name: 'first_name', family_name: 'last_name', email: 'email' },
}
