import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Microsoft Entra External ID. */
export const microsoftExternalIdPreset: OpenIDPreset = {
  name: 'microsoftExternalId',
  title: 'Microsoft Entra External ID',
  protocol: 'openid',
  variables: { tenant: { pattern: '[a-z0-9-]+' }, tenantId: { pattern: '[0-9a-f-]{36}' } },
  issuer: 'https://{tenant}.ciamlogin.com/{tenantId}/v2.0',
  issuers: 'https://{tenantId}.ciamlogin.com/{tenantId}/v2.0',
  metadata: { issuer: 'https://{tenantId}.ciamlogin.com/{tenantId}/v2.0' },
  clientAuth: 'client_secret_post',
  scope: ['profile', 'email'],
  offline: { scope: ['offline_access'] },
}

export interface MicrosoftExternalIdOptions extends OpenIDProviderOptions {
  /** The name of the tenant: `contoso` for `contoso.ciamlogin.com`. */
  readonly tenant: string
  /** The id of the tenant, a GUID. */
  readonly tenantId: string
}

/**
 * Log in with Microsoft Entra External ID.
 *
 * @see [Register an application](https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade)
 * @see [Documentation](https://learn.microsoft.com/en-us/entra/external-id/customers/overview-customers-ciam)
 */
export const microsoftExternalId = ({ tenant, tenantId, ...options }: MicrosoftExternalIdOptions): OpenIDProvider =>
  openidProvider(microsoftExternalIdPreset, options, { variables: { tenant, tenantId } })
