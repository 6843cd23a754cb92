import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Notion. */
export const notionPreset: OAuth2Preset = {
  name: 'notion',
  title: 'Notion',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://api.notion.com/v1/oauth/authorize',
    token_endpoint: 'https://api.notion.com/v1/oauth/token',
  },
  pkce: 'none',
  authorization: { params: { owner: 'user' } },
  offline: 'always',
  tokenRequest: { encoding: 'json', headers: { 'notion-version': '2022-06-28' } },
  keep: ['bot_id', 'workspace_id', 'workspace_name', 'workspace_icon', 'duplicated_template_id'],
  api: { base: 'https://api.notion.com/v1/', headers: { 'notion-version': '2022-06-28' } },
  userinfo: { url: 'users/me', at: 'bot.owner.user' },
  profile: { sub: 'id', name: 'name', email: 'person.email', picture: 'avatar_url' },
}

/**
 * Log in with Notion.
 *
 * - The integration must be public. The address needs the capability "Read user information including email addresses".
 * - `token.extra` has the workspace. There are no scopes: the person chooses pages.
 *
 * @see [Register an application](https://www.notion.so/profile/integrations)
 * @see [Documentation](https://developers.notion.com/docs/authorization)
 */
export const notion = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(notionPreset, options)
