/** Authlib on the store that the first argument names: `memory`, or the path of a SQLite file. Hashing is always on. */

import { memoryStore } from '@authlib/core'
import { mount } from '@authlib/node'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  clientCredentialsGrant,
  codeChallenge,
  developmentPages,
  refreshTokenGrant,
  staticClients,
} from '@authlib/oauth2/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { CLIENT, serve } from '../server.ts'

const [, , storage = 'memory'] = process.argv

await serve((issuer) => {
  const server = new AuthorizationServer({
    issuer,
    store: storage === 'memory' ? memoryStore() : sqliteStore(storage),
    secrets: ['a secret for the benchmark, long enough'],
    clients: staticClients([CLIENT]),
  })
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .registerGrant(clientCredentialsGrant())
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  return mount(server)
})
