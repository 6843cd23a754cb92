/** Schoology. It never got revision A. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type PresetOptions } from './preset.ts'
import type { ProfileSource } from './profile.ts'

export interface SchoologyOptions extends PresetOptions {
  /** Where the school logs in. Default `https://app.schoology.com`. */
  readonly url?: string | undefined
}

/** Logins are open to the attack that revision A mends: see `insecureWithoutVerifier`. */
export function schoology({ url = 'https://app.schoology.com', ...options }: SchoologyOptions): Provider<OAuth1Client> {
  return fromPreset(
    {
      requestTokenUrl: 'https://api.schoology.com/v1/oauth/request_token',
      authorizationUrl: new URL('/oauth/authorize', url).href,
      accessTokenUrl: 'https://api.schoology.com/v1/oauth/access_token',
      apiBaseUrl: 'https://api.schoology.com/v1/',
      insecureWithoutVerifier: true,
    },
    options,
  )
}

/** Who logged in, for `fetchProfile`. */
export const schoologyProfile: ProfileSource = {
  path: 'app-user-info',
  claims: { sub: 'api_uid' },
}
