/**
 * Pushed authorization requests: the parameters go to the server directly, the browser carries a reference.
 *
 * @spec RFC 9126 §2
 */

import type { CallOptions } from '@authlib/core'
import { readText } from '../connection.ts'
import type { AuthorizationDraft, ClientContext, ClientExtension } from '../extension.ts'

/**
 * Pushes every authorization request. Without it, requests are pushed where the metadata says that the server requires it.
 *
 * @throws AuthlibError `missing_endpoint` from `createAuthorization`; OAuth2ClientError for what the server refuses
 */
export function pushedAuthorization(): ClientExtension {
  return {
    name: 'pushed_authorization',
    authorizingPhase: 'push',
    authorizing: (draft, options, client) => pushAuthorization(draft, client, options),
  }
}

/** The draft that refers to what was pushed. The code verifier stays here. */
export async function pushAuthorization(
  draft: AuthorizationDraft,
  client: ClientContext,
  { signal }: CallOptions,
): Promise<AuthorizationDraft> {
  const answer = await client.post('pushed_authorization_request_endpoint', draft.params, {
    login: draft.login,
    signal,
  })
  const request_uri = await readText(answer, 'request_uri')
  return { ...draft, params: { client_id: client.clientId, request_uri } } // §4
}
