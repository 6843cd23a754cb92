import { oauth2Provider, type OAuth2Provider, type OAuth2ProviderOptions } from '../oauth2-provider.ts'
import type { OAuth2Preset } from '../preset.ts'

/** Facts about DocuSign. */
export const docusignPreset: OAuth2Preset = {
  name: 'docusign',
  title: 'DocuSign',
  protocol: 'oauth2',
  variables: { host: { pattern: 'account(?:-d)?\\.docusign\\.com', default: 'account.docusign.com' } },
  metadata: { authorization_endpoint: 'https://{host}/oauth/auth', token_endpoint: 'https://{host}/oauth/token' },
  scope: ['signature'],
  offline: 'always',
  api: { base: 'https://{host}/' },
  userinfo: { url: 'oauth/userinfo' },
  profile: { sub: 'sub', name: 'name', given_name: 'given_name', family_name: 'family_name', email: 'email' },
}

export interface DocuSignOptions extends OAuth2ProviderOptions {
  /** Default `account.docusign.com`. `account-d.docusign.com` is the one for developers. */
  readonly host?: string | undefined
}

/**
 * Log in with DocuSign.
 *
 * - `raw.accounts` has the `base_uri` of the API of each account: name those you use in `resources`.
 * - The scope `extended` keeps refresh tokens alive while they are used.
 *
 * @see [Register an application](https://admindemo.docusign.com/apps-and-keys)
 * @see [Documentation](https://developers.docusign.com/platform/auth/authcode/)
 */
export const docusign = ({ host, ...options }: DocuSignOptions): OAuth2Provider =>
  oauth2Provider(docusignPreset, options, { variables: { host } })
