import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Microsoft Entra B2C. */
export const microsoftB2CPreset: OpenIDPreset = {
  name: 'microsoftB2C',
  title: 'Microsoft Entra B2C',
  protocol: 'openid',
  variables: {
    tenant: { pattern: '[a-z0-9-]+' },
    tenantId: { pattern: '[0-9a-f-]{36}' },
    policy: { pattern: '[\\w-]+' },
  },
  issuer: 'https://{tenant}.b2clogin.com/{tenant}.onmicrosoft.com/{policy}/v2.0',
  issuers: 'https://{tenant}.b2clogin.com/{tenantId}/v2.0/',
  metadata: { issuer: 'https://{tenant}.b2clogin.com/{tenantId}/v2.0/' },
  clientAuth: 'client_secret_post',
  offline: { scope: ['offline_access'] },
  profile: { email: ['email', 'emails.0'] },
}

export interface MicrosoftB2COptions extends OpenIDProviderOptions {
  /** The name of the tenant: `contoso` for `contoso.b2clogin.com`. */
  readonly tenant: string
  /** The id of the tenant, a GUID. ID Tokens name it. */
  readonly tenantId: string
  /** The user flow or custom policy: `B2C_1_signin`. */
  readonly policy: string
}

/**
 * Log in with Microsoft Entra B2C.
 *
 * - Azure AD B2C is closed to new customers: see `microsoftExternalId`.
 * - Choose the claims of the ID Token in the user flow.
 *
 * @see [Register an application](https://portal.azure.com/#view/Microsoft_AAD_B2CAdmin/TenantManagementMenuBlade)
 * @see [Documentation](https://learn.microsoft.com/en-us/azure/active-directory-b2c/openid-connect)
 */
export const microsoftB2C = ({ tenant, tenantId, policy, ...options }: MicrosoftB2COptions): OpenIDProvider =>
  openidProvider(microsoftB2CPreset, options, { variables: { tenant, tenantId, policy } })
