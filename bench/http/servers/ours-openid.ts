/** Authlib as an OpenID provider in memory; the first argument is the algorithm of ID Tokens. */

import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { mount } from '@authlib/node'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  developmentPages,
  refreshTokenGrant,
  staticClients,
} from '@authlib/oauth2/server'
import { openId } from '@authlib/oidc/server'
import { CLIENT, serve } from '../server.ts'

const [, , alg = 'ES256'] = process.argv
const key = await generateKey(alg === 'RS256' ? 'RS256' : 'ES256')

await serve((issuer) => {
  const server = new AuthorizationServer({
    issuer,
    store: memoryStore(),
    secrets: ['a secret for the benchmark, long enough'],
    keys: staticKeys([key]),
    clients: staticClients([
      { ...CLIENT, scope: 'openid profile', grant_types: ['authorization_code', 'refresh_token'] },
    ]),
    onEvent: () => undefined,
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .register(openId({ claims: () => ({ name: 'Alice Example' }) }))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  return mount(server)
})
