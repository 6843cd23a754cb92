/** A single-page application that logs in and calls an API. */

import { browserKeys, browserLogin, browserTokens } from '@authlib/oauth2/browser'
import { apiSession, dpop, OAuth2Client } from '@authlib/oauth2/client'

export function createClient(redirectUri: string) {
  const client = new OAuth2Client({
    issuer: 'https://as.example',
    clientId: 'spa',
    apiBaseUrl: 'https://api.example',
    tokens: browserTokens(),
    extensions: [dpop({ keys: browserKeys() })],
  })
  return { login: browserLogin(client, { redirectUri }), session: apiSession(client, 'me') }
}
