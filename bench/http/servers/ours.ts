/** Authlib on the store that the first argument names: `memory`, a SQLite file, or the URL of a server. Hashing is always on. */

import { memoryStore } from '@authlib/core'
import { mount } from '@authlib/node'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  clientCredentialsGrant,
  codeChallenge,
  developmentPages,
  introspectionEndpoint,
  refreshTokenGrant,
  staticClients,
} from '@authlib/oauth2/server'
import { openDatabase } from '../../../test/support/open-database.ts'
import { API, CLIENT, serve } from '../server.ts'

const [, , storage = 'memory'] = process.argv
const store = storage === 'memory' ? memoryStore() : (await openDatabase(storage)).store

await serve((issuer) => {
  const server = new AuthorizationServer({
    issuer,
    store,
    secrets: ['a secret for the benchmark, long enough'],
    clients: staticClients([CLIENT, API]),
  })
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .registerGrant(clientCredentialsGrant())
    .registerEndpoint(introspectionEndpoint())
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  return mount(server)
})
