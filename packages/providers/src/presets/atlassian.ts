import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Atlassian. */
export const atlassianPreset: OAuth2Preset = {
  name: 'atlassian',
  title: 'Atlassian',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://auth.atlassian.com/authorize',
    token_endpoint: 'https://auth.atlassian.com/oauth/token',
  },
  clientAuth: 'client_secret_post',
  scope: ['read:me'],
  authorization: { params: { audience: 'api.atlassian.com', prompt: 'consent' } },
  offline: { scope: ['offline_access'] },
  api: { base: 'https://api.atlassian.com/' },
  userinfo: { url: 'me' },
  profile: {
    sub: 'account_id',
    name: 'name',
    nickname: 'nickname',
    email: 'email',
    picture: 'picture',
    zoneinfo: 'zoneinfo',
    locale: 'locale',
  },
}

/**
 * Log in with Atlassian.
 *
 * - Refresh tokens rotate.
 * - The APIs of Jira and Confluence stand below `ex/jira/{cloudid}`; `oauth/token/accessible-resources` lists the sites and their ids.
 *
 * @see [Register an application](https://developer.atlassian.com/console/myapps/)
 * @see [Documentation](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/)
 */
export const atlassian = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(atlassianPreset, options)
