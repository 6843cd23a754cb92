import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Withings. */
export const withingsPreset: OAuth2Preset = {
  name: 'withings',
  title: 'Withings',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://account.withings.com/oauth2_user/authorize2',
    token_endpoint: 'https://wbsapi.withings.net/v2/oauth2',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['user.info'],
  scopeSeparator: ',',
  offline: 'always',
  tokenRequest: { params: { action: 'requesttoken' } },
  tokenResponse: {
    at: 'body',
    success: { at: 'status', is: 0 },
    error: { code: 'status', description: 'error', codes: { 503: 'invalid_grant', 601: 'slow_down' } },
    scopeSeparator: ',',
  },
  keep: ['userid'],
  api: { base: 'https://wbsapi.withings.net/' },
  profile: { sub: 'userid' },
}

/**
 * Log in with Withings.
 *
 * - The token response is wrapped, and says itself whether it succeeded: its HTTP status is always 200.
 * - There is no profile and no email address, only the id of the person.
 * - Refresh tokens rotate. Access tokens live for three hours.
 *
 * @see [Register an application](https://developer.withings.com/dashboard/)
 * @see [Documentation](https://developer.withings.com/developer-guide/v3/integration-guide/public-health-data-api/get-access/oauth-web-flow/)
 */
export const withings = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(withingsPreset, options)
