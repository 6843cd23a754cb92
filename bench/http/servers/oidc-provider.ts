/** oidc-provider on its memory adapter: no hashing, nothing durable. */

import Provider from 'oidc-provider'
import { CLIENT, serve } from '../server.ts'

await serve((issuer) => {
  const provider = new Provider(issuer, {
    clients: [
      {
        ...CLIENT,
        grant_types: [...CLIENT.grant_types],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes: ['read', 'write'],
    features: { clientCredentials: { enabled: true } },
    cookies: { keys: ['a secret for the benchmark, long enough'] },
    pkce: { required: () => true },
    issueRefreshToken: () => true,
  })
  return provider.callback()
})
