/** oidc-provider as an OpenID provider on its memory adapter; the first argument is the algorithm of ID Tokens. */

import { generateKeyPairSync } from 'node:crypto'
import Provider from 'oidc-provider'
import { CLIENT, serve } from '../server.ts'

const [, , alg = 'ES256'] = process.argv
const { privateKey } =
  alg === 'RS256'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: 'a' }

await serve((issuer) => {
  const provider = new Provider(issuer, {
    clients: [
      {
        ...CLIENT,
        scope: 'openid profile',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: alg as 'ES256',
      },
    ],
    jwks: { keys: [jwk as never] },
    claims: { openid: ['sub'], profile: ['name'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Alice Example' }) }),
    cookies: { keys: ['a secret for the benchmark, long enough'] },
    pkce: { required: () => true },
    issueRefreshToken: () => false, // no one asked for offline_access
  })
  return provider.callback()
})
