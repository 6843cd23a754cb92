/** oidc-provider without hashing: on its memory adapter, or on a PostgreSQL whose URL the first argument names. */

import Provider from 'oidc-provider'
import { API, CLIENT, serve } from '../server.ts'
import { postgresAdapter } from '../postgres-adapter.ts'

const [, , database] = process.argv
const adapter = database === undefined ? undefined : await postgresAdapter(database)

await serve((issuer) => {
  const provider = new Provider(issuer, {
    ...(adapter && { adapter }),
    clients: [
      {
        ...CLIENT,
        grant_types: [...CLIENT.grant_types],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
      {
        client_id: API.client_id,
        client_secret: API.client_secret,
        grant_types: [],
        response_types: [],
        redirect_uris: [],
      },
    ],
    scopes: ['read', 'write'],
    features: { clientCredentials: { enabled: true }, introspection: { enabled: true, allowedPolicy: () => true } },
    cookies: { keys: ['a secret for the benchmark, long enough'] },
    pkce: { required: () => true },
    issueRefreshToken: () => true,
  })
  return provider.callback()
})
