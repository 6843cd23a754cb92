import { fetchUserinfo } from '@authlib/oidc/client'
import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about GitLab. */
export const gitlabPreset: OpenIDPreset = {
  name: 'gitlab',
  title: 'GitLab',
  protocol: 'openid',
  variables: { url: { pattern: 'https?://[\\w.-]+(?::\\d+)?(?:/[\\w.~-]+)*', default: 'https://gitlab.com' } },
  issuer: '{url}',
  scope: ['profile', 'email'],
  offline: 'always',
  api: { base: '{url}/api/v4/' },
  profile: { preferred_username: ['preferred_username', 'nickname'] },
}

export interface GitLabOptions extends OpenIDProviderOptions {
  /** Where the server is, without a slash at the end. Default `https://gitlab.com`. */
  readonly url?: string | undefined
}

/**
 * Log in with GitLab.
 *
 * - Refresh tokens rotate.
 * - For calls of the API, add `read_user` or `api` to the scope.
 *
 * @see [Register an application](https://gitlab.com/-/user_settings/applications)
 * @see [Documentation](https://docs.gitlab.com/integration/openid_connect_provider/)
 */
export const gitlab = ({ url, ...options }: GitLabOptions): OpenIDProvider =>
  openidProvider(gitlabPreset, options, {
    userinfo: fetchUserinfo,
    variables: { url },
  })
