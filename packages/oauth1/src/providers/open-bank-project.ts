/** The Open Bank Project, on the host of a bank. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { hmacSha256 } from '../hmac.ts'
import { fromPreset, type HostOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

/** `openBankProject({ url: 'https://apisandbox.openbankproject.com', clientId, clientSecret })` */
export function openBankProject({ url, ...options }: HostOptions): Provider<OAuth1Client> {
  const base = url.replace(/\/?$/, '/')
  return fromPreset(
    {
      requestTokenUrl: `${base}oauth/initiate`,
      authorizationUrl: `${base}oauth/authorize`,
      accessTokenUrl: `${base}oauth/token`,
      apiBaseUrl: `${base}obp/`,
      signatureMethod: hmacSha256,
    },
    options,
  )
}

/** Who logged in, for `fetchProfile`. */
export const openBankProjectProfile: ProfileSource = {
  path: 'v4.0.0/users/current',
  claims: { sub: 'user_id', preferred_username: 'username', email: 'email' },
}
