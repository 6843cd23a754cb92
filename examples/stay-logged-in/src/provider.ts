/** A provider to try the application with, and its API. Its users and pages are for development. */

import { memoryStore } from '@authlib/core'
import { currentToken, mount, protect } from '@authlib/express'
import { storedKeys } from '@authlib/jose'
import { jwtAccessToken as jwtAccessTokens, ResourceProtector } from '@authlib/oauth2/resource'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  developmentPages,
  jwtAccessToken,
  refreshTokenGrant,
  staticClients,
} from '@authlib/oauth2/server'
import { backChannelLogout, openId, rpInitiatedLogout } from '@authlib/oidc/server'
import express from 'express'

const { ISSUER = 'http://localhost:4000', APP_URL = 'http://localhost:3000' } = process.env
const secrets = [process.env['AUTH_SECRET'] ?? '']
const store = memoryStore()

const server = new AuthorizationServer({
  issuer: ISSUER,
  store,
  secrets,
  keys: storedKeys({ store, secrets, algorithms: ['RS256'] }),
  outgoing: { allowPrivateAddresses: true }, // tells an application on this machine of logouts
  accessTokenLifetime: 5, // short, so that you can watch them being refreshed
  clients: staticClients([
    {
      client_id: 'my-app',
      client_secret: process.env['CLIENT_SECRET'] ?? '',
      client_name: 'My App',
      redirect_uris: [`${APP_URL}/login/provider/callback`],
      post_logout_redirect_uris: [`${APP_URL}/`],
      backchannel_logout_uri: `${APP_URL}/ended`,
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile offline_access notes:read',
      trust: { skipConsent: true },
    },
  ]),
})
  .registerGrant(authorizationCodeGrant(), [codeChallenge()])
  .registerGrant(refreshTokenGrant())
  .register(jwtAccessToken({ audience: ISSUER }))
  .register(openId({ claims: (subject) => ({ name: subject }) }), rpInitiatedLogout(), backChannelLogout())
  .register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }] }))

const protector = new ResourceProtector({ resource: ISSUER, validators: [jwtAccessTokens({ issuer: ISSUER })] })

const app = express()
app.use(mount(server))
app.get('/api/notes', protect(protector, 'notes:read'), (request, response) => {
  response.json({ owner: currentToken(request)?.subject, notes: ['buy milk'] })
})
app.listen(Number(new URL(ISSUER).port), '127.0.0.1', () => {
  console.log(`Provider: ${ISSUER}`)
})
