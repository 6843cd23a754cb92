/** What the provider can do: only what is registered here is active. */

import { storedKeys } from '@authlib/jose'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  developmentPages,
  jwtAccessToken,
  refreshTokenGrant,
  resourceIndicators,
  revocationEndpoint,
  staticClients,
} from '@authlib/oauth2/server'
import { openId } from '@authlib/oidc/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'

const {
  ISSUER = 'http://localhost:4000',
  APP_URL = 'http://localhost:3000',
  API_URL = 'http://localhost:5000',
} = process.env
const secrets = [process.env['AUTH_SECRET'] ?? '']
const store = sqliteStore(process.env['DATABASE'] ?? 'auth.db')

export const server = new AuthorizationServer({
  issuer: ISSUER,
  store,
  secrets,
  keys: storedKeys({ store, secrets, algorithms: ['RS256'] }),
  clients: staticClients([
    {
      client_id: 'my-app',
      client_secret: process.env['CLIENT_SECRET'] ?? '',
      client_name: 'My App',
      redirect_uris: [`${APP_URL}/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile offline_access notes:read',
    },
  ]),
})
  .registerGrant(authorizationCodeGrant(), [codeChallenge()])
  .registerGrant(refreshTokenGrant())
  .registerEndpoint(revocationEndpoint())
  .register(jwtAccessToken({ audience: API_URL })) // what access tokens are for, unless the client says it
  .register(resourceIndicators({ resources: { [API_URL]: {}, [`${API_URL}/mcp`]: {} } }))
  .register(openId({ claims: (subject) => ({ name: subject }) })) // look into your user table here
  .register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }] })) // put pages of your own here
