import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about ORCID. */
export const orcidPreset: OAuth2Preset = {
  name: 'orcid',
  title: 'ORCID',
  protocol: 'oauth2',
  variables: { host: { pattern: '(?:sandbox\\.)?orcid\\.org', default: 'orcid.org' } },
  metadata: {
    authorization_endpoint: 'https://{host}/oauth/authorize',
    token_endpoint: 'https://{host}/oauth/token',
    revocation_endpoint: 'https://{host}/oauth/revoke',
  },
  clientAuth: 'client_secret_post',
  pkce: 'none',
  scope: ['openid'],
  offline: 'always',
  keep: ['orcid', 'name'],
  api: { base: 'https://{host}/' },
  userinfo: { url: 'oauth/userinfo' },
  profile: {
    sub: 'sub',
    name: ['name', 'token.name'],
    given_name: 'given_name',
    family_name: 'family_name',
    profile: 'https://orcid.org/{sub}',
  },
}

export interface OrcidOptions extends OAuth2ProviderOptions {
  /** Default `orcid.org`. `sandbox.orcid.org` is for tests. */
  readonly host?: string | undefined
}

/**
 * Log in with ORCID.
 *
 * - The public API takes `openid` and `/authenticate` only, and tells no email address.
 * - A person may hide the name; the subject is always there.
 *
 * @see [Register an application](https://orcid.org/developer-tools)
 * @see [Documentation](https://info.orcid.org/documentation/api-tutorials/api-tutorial-get-and-authenticated-orcid-id/)
 */
export const orcid = ({ host, ...options }: OrcidOptions): OAuth2Provider =>
  oauth2Provider(orcidPreset, options, { variables: { host } })
