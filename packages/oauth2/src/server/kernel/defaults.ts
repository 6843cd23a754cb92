/** What every server starts with. */

import { clientSecretBasic } from '../client-auth/client-secret-basic.ts'
import { clientSecretPost } from '../client-auth/client-secret-post.ts'
import { none } from '../client-auth/none.ts'
import { metadataEndpoint } from '../features/server-metadata.ts'
import { opaqueAccessToken } from '../features/opaque-access-token.ts'
import { Registry } from './registry.ts'
import { fragmentMode } from '../response-modes/fragment.ts'
import { queryMode } from '../response-modes/query.ts'

export function defaultRegistry(): Registry {
  const registry = new Registry()
  registry.register({
    name: 'defaults',
    endpoints: [metadataEndpoint],
    clientAuthMethods: [clientSecretBasic, clientSecretPost, none],
    responseModes: [queryMode, fragmentMode],
    tokenFormats: [opaqueAccessToken],
  })
  return registry
}
