import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about Basecamp. */
export const basecampPreset: OAuth2Preset = {
  name: 'basecamp',
  title: 'Basecamp',
  protocol: 'oauth2',
  metadata: {
    authorization_endpoint: 'https://launchpad.37signals.com/authorization/new',
    token_endpoint: 'https://launchpad.37signals.com/authorization/token',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  authorization: { params: { type: 'web_server' } },
  offline: 'always',
  tokenRequest: { params: { type: 'web_server' } },
  refreshRequest: { params: { type: 'refresh' } },
  tokenResponse: { tokenType: 'Bearer' },
  api: { origins: ['https://3.basecampapi.com'] },
  userinfo: { url: 'https://launchpad.37signals.com/authorization.json' },
  profile: {
    sub: 'identity.id',
    given_name: 'identity.first_name',
    family_name: 'identity.last_name',
    name: '{identity.first_name} {identity.last_name}',
    email: 'identity.email_address',
  },
}

/**
 * Log in with Basecamp.
 *
 * - There are no scopes: a token may do what the person may do.
 * - `raw.accounts` lists the accounts of the person with the URL of the API of each.
 * - The API refuses requests whose `User-Agent` does not name your application and an address of yours.
 *
 * @see [Register an application](https://launchpad.37signals.com/integrations)
 * @see [Documentation](https://github.com/basecamp/api/blob/master/sections/authentication.md)
 */
export const basecamp = (options: OAuth2ProviderOptions): OAuth2Provider => oauth2Provider(basecampPreset, options)
