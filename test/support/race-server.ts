/** The server that races are run against: alike in every process. */

import type { Store } from '@authlib/core'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  developmentPages,
  DEVICE_CODE,
  deviceAuthorizationGrant,
  refreshTokenGrant,
  staticClients,
  type EventListener,
} from '@authlib/oauth2/server'

export const client = {
  client_id: 'app',
  client_secret: 'app-secret-app-secret-app-secret',
  redirect_uris: ['https://app.example/cb'],
  grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
  scope: 'read',
}

/** The issuer is one for all processes, whatever port each has: as behind a load balancer. */
export function raceServer(store: Store, onEvent?: EventListener): AuthorizationServer {
  const server = new AuthorizationServer({
    issuer: 'http://127.0.0.1:4000',
    store,
    secrets: ['a secret that all the processes share'],
    clients: staticClients([client]),
    onEvent,
  })
  return server
    .registerGrant(authorizationCodeGrant({ doubleSubmitInterval: 60 }), [codeChallenge()])
    .registerGrant(deviceAuthorizationGrant())
    .registerGrant(refreshTokenGrant({ reuseInterval: 60 })) // the machine may be slow, the rule is the same
    .register(developmentPages({ users: [{ username: 'alice' }] }))
}
