/** The plans for clients of FAPI 2.0, Security Profile and Message Signing. */

import { apiSession, OAuth2Client } from '@authlib/oauth2/client'
import { OpenIDClient } from '@authlib/oidc/client'
import { browse } from './browser.ts'
import type { Say } from './core.ts'
import { createClientAuth, extensionsFor } from './fapi-client.ts'
import type { ModuleSettings } from './settings.ts'

export async function runFapi(settings: ModuleSettings, say: Say): Promise<void> {
  const { issuer, clientId, origin, variant, exposed } = settings
  const api = exposed['accounts_endpoint'] ?? `${issuer}open-banking/v1.1/accounts`
  const oidc = variant['fapi_client_type'] !== 'plain_oauth'
  const rar = variant['authorization_request_type'] === 'rar'
  const options = {
    issuer,
    clientId,
    clientAuth: createClientAuth(settings),
    extensions: extensionsFor(settings),
    scope: oidc ? ['openid', 'accounts'] : ['accounts'],
    resources: [new URL(api).origin],
  }
  const client = oidc ? new OpenIDClient({ ...options, idTokenAlg: 'PS256' }) : new OAuth2Client(options)
  const details = rar && { authorizationDetails: [{ type: 'account_information', actions: ['list_accounts'] }] }
  const { url, login } = await client.createAuthorization({ redirectUri: `${origin}/cb`, ...details })
  const { token } = await client.finishAuthorization(await browse(url, origin), login)
  say(`logged in with a token of type ${token.tokenType}`)
  const response = await apiSession(client, { token }).fetch(api)
  say(`the API answered ${response.status}`)
}
