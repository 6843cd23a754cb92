/** Authlib on memory with more registered: `ours-features.ts MODE JWK`. MODE: `opaque`, or the algorithm of JWT access tokens. */

import { memoryStore, type JsonObject } from '@authlib/core'
import { generateKey, staticKeys, type Jwk } from '@authlib/jose'
import { mount } from '@authlib/node'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  clientCredentialsGrant,
  codeChallenge,
  developmentPages,
  dpop,
  introspectionEndpoint,
  jwtAccessToken,
  privateKeyJwt,
  pushedAuthorizationRequests,
  refreshTokenGrant,
  staticClients,
} from '@authlib/oauth2/server'
import { CLIENT, serve, SIGNING_CLIENT } from '../server.ts'

const [, , mode = 'opaque', jwk = ''] = process.argv
const key = mode === 'opaque' ? undefined : await generateKey(mode)

await serve((issuer) => {
  const server = new AuthorizationServer({
    issuer,
    store: memoryStore(),
    secrets: ['a secret for the benchmark, long enough'],
    ...(key && { keys: staticKeys([key]) }),
    clients: staticClients([
      CLIENT,
      { ...SIGNING_CLIENT, jwks: { keys: [JSON.parse(jwk) as Jwk] } as unknown as JsonObject }, // sound: the runner wrote it
    ]),
  })
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(), clientCredentialsGrant(), introspectionEndpoint(), privateKeyJwt(), dpop())
    .register(pushedAuthorizationRequests(), developmentPages({ users: [{ username: 'alice' }] }))
  if (key) server.register(jwtAccessToken({ audience: 'https://api.example' }))
  return mount(server)
})
