import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Microsoft. */
export const microsoftPreset: OpenIDPreset = {
  name: 'microsoft',
  title: 'Microsoft',
  protocol: 'openid',
  variables: {
    tenant: { pattern: 'common|organizations|[0-9a-f-]{36}' },
    named: { pattern: '[{}\\w-]+' },
    expected: { pattern: '[{}\\w-]+' },
  },
  issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
  issuers: 'https://login.microsoftonline.com/{expected}/v2.0',
  metadata: { issuer: 'https://login.microsoftonline.com/{named}/v2.0' },
  clientAuth: 'client_secret_post',
  scope: ['profile', 'email'],
  offline: { scope: ['offline_access'] },
  api: { base: 'https://graph.microsoft.com/v1.0/' },
  profile: { email_verified: 'xms_edov' },
}

export interface MicrosoftOptions extends OpenIDProviderOptions {
  /** `common` for all accounts, `organizations` for those of work and school, `consumers` for private ones, or the id of one tenant. Default `common`. */
  readonly tenant?: string | undefined
}

/**
 * Log in with Microsoft.
 *
 * - Microsoft Entra ID, formerly Azure AD. For one tenant write its id, and tokens of another are refused.
 * - Never take an account over by its address: the owner of a tenant writes what he likes there. `email_verified` is absent unless the app asks for the optional claim `xms_edov`.
 * - For Microsoft Graph add a permission such as `User.Read` to the scope.
 * - The subject belongs to your app. `raw.oid` with `raw.tid` is the same in all apps.
 *
 * @see [Register an application](https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade)
 * @see [Documentation](https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc)
 */
export const microsoft = ({ tenant = 'common', ...options }: MicrosoftOptions): OpenIDProvider =>
  openidProvider(microsoftPreset, options, { variables: tenantOf(tenant) })

/** Private accounts are a tenant too. */
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** The metadata for many tenants names a template, and ID Tokens name the tenant of the person. */
function tenantOf(tenant: string): Readonly<Record<string, string>> {
  const id = tenant === 'consumers' ? CONSUMERS : tenant.toLowerCase()
  const many = id === 'common' || id === 'organizations'
  return { tenant: id, named: many ? '{tenantid}' : id, expected: many ? '{tid}' : id }
}
