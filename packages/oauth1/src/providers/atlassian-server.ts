/** Bitbucket Server, Jira Server and their Data Center editions: application links with RSA keys. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { rsaSha1 } from '../rsa.ts'
import { fromPreset, type HostOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

/** Register the public key as an incoming application link, and pass the private one as `privateKey`. */
export function atlassianServer({ url, ...options }: HostOptions): Provider<OAuth1Client> {
  const base = url.replace(/\/?$/, '/')
  return fromPreset(
    {
      requestTokenUrl: `${base}plugins/servlet/oauth/request-token`,
      authorizationUrl: `${base}plugins/servlet/oauth/authorize`,
      accessTokenUrl: `${base}plugins/servlet/oauth/access-token`,
      apiBaseUrl: `${base}rest/`,
      signatureMethod: rsaSha1,
    },
    options,
  )
}

/** Who logged in, for `fetchProfile`. For Jira. Bitbucket has no resource that tells it. */
export const jiraServerProfile: ProfileSource = {
  path: 'api/2/myself',
  claims: { sub: 'key', name: 'displayName', preferred_username: 'name', email: 'emailAddress' },
}
