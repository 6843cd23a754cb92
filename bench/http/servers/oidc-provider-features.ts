/** oidc-provider on its memory adapter with the same: `oidc-provider-features.ts MODE JWK`. */

import { generateKey } from '@authlib/jose'
import Provider from 'oidc-provider'
import { CLIENT, serve, SIGNING_CLIENT } from '../server.ts'

const [, , mode = 'opaque', jwk = ''] = process.argv
const alg = mode === 'opaque' ? 'ES256' : mode
const key = await generateKey(alg, { kid: 'k' })

await serve((issuer) => {
  const client = { ...CLIENT, grant_types: [...CLIENT.grant_types], response_types: ['code'] }
  const resource = {
    scope: 'read write',
    accessTokenFormat: mode === 'opaque' ? 'opaque' : 'jwt',
    ...(mode !== 'opaque' && { jwt: { sign: { alg } } }),
  }
  const provider = new Provider(issuer, {
    clients: [client, { ...SIGNING_CLIENT, redirect_uris: [], jwks: { keys: [JSON.parse(jwk) as object] } }], // sound: the runner wrote it
    clientDefaults: { id_token_signed_response_alg: alg },
    scopes: ['read', 'write'],
    jwks: { keys: [{ ...key.privateJwk(), use: 'sig', alg }] },
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://api.example',
        getResourceServerInfo: () => resource,
        useGrantedResource: () => true,
      },
    },
    cookies: { keys: ['a secret for the benchmark, long enough'] },
    pkce: { required: () => true },
    issueRefreshToken: () => true,
  })
  return provider.callback()
})
