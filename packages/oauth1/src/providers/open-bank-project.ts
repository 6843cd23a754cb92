/** The Open Bank Project, on the host of a bank. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { hmacSha256 } from '../hmac.ts'
import { fromPreset, type HostOptions } from './preset.ts'

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
