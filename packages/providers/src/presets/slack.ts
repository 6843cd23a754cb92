import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Slack. */
export const slackPreset: OpenIDPreset = {
  name: 'slack',
  title: 'Slack',
  protocol: 'openid',
  issuer: 'https://slack.com',
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['profile', 'email'],
  offline: 'never',
  tokenResponse: {
    success: { at: 'ok', is: true },
    error: {
      code: 'error',
      codes: {
        invalid_code: 'invalid_grant',
        code_already_used: 'invalid_grant',
        bad_redirect_uri: 'invalid_grant',
        invalid_client_id: 'invalid_client',
        bad_client_secret: 'invalid_client',
      },
    },
  },
  api: { base: 'https://slack.com/api/' },
}

/**
 * Log in with Slack.
 *
 * - This logs people in. To install an app with a bot, use `slackApp`.
 * - `params: { team: 'T…' }` chooses a workspace. `raw` has the claims of Slack: `raw['https://slack.com/team_id']`.
 * - Errors come with status 200. They are errors here too.
 *
 * @see [Register an application](https://api.slack.com/apps)
 * @see [Documentation](https://docs.slack.dev/authentication/sign-in-with-slack/)
 */
export const slack = (options: OpenIDProviderOptions): OpenIDProvider => openidProvider(slackPreset, options)
