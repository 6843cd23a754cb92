/** What every server starts with. A registration of the same kind and name takes the place of one of these. */

import { clientSecretBasic } from '../client-auth/client-secret-basic.ts'
import { clientSecretPost } from '../client-auth/client-secret-post.ts'
import { none } from '../client-auth/none.ts'
import type { ClientAuthMethod } from '../contract/registrable.ts'
import { opaqueAccessToken } from '../features/opaque-access-token.ts'
import { metadataEndpoint } from '../features/server-metadata.ts'
import { fragmentMode } from '../response-modes/fragment.ts'
import { queryMode } from '../response-modes/query.ts'
import { Registry } from './registry.ts'

/** `clientAuthMethods` in place of the usual ones. */
export function defaultRegistry(
  clientAuthMethods: readonly ClientAuthMethod[] = [clientSecretBasic, clientSecretPost, none],
): Registry {
  return new Registry([metadataEndpoint, ...clientAuthMethods, queryMode, fragmentMode, opaqueAccessToken])
}
