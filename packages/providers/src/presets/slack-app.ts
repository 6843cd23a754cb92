import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Slack app. */
export const slackAppPreset: OAuth2Preset = {
  name: 'slackApp',
  title: 'Slack app',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://slack.com/oauth/v2/authorize',
    token_endpoint: 'https://slack.com/api/oauth.v2.access',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scopeSeparator: ',',
  offline: 'always',
  tokenResponse: {
    success: { at: 'ok', is: true },
    error: {
      code: 'error',
      codes: {
        invalid_code: 'invalid_grant',
        code_already_used: 'invalid_grant',
        invalid_refresh_token: 'invalid_grant',
        invalid_client_id: 'invalid_client',
        bad_client_secret: 'invalid_client',
      },
    },
    tokenType: 'Bearer',
    scopeSeparator: ',',
  },
  keep: ['authed_user', 'team', 'enterprise', 'bot_user_id', 'app_id', 'incoming_webhook'],
  api: { base: 'https://slack.com/api/' },
  profile: { sub: 'authed_user.id', team_id: 'team.id', team_name: 'team.name' },
}

/**
 * Log in with Slack app.
 *
 * - Installs an app in a workspace. The token is that of the bot. `token.extra.authed_user` is the person, with a token if `params: { user_scope: '…' }` asked for one.
 * - Tokens expire and come with a refresh token only if token rotation is on for the app.
 *
 * @see [Register an application](https://api.slack.com/apps)
 * @see [Documentation](https://docs.slack.dev/authentication/installing-with-oauth/)
 */
export const slackApp = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(slackAppPreset, options)
