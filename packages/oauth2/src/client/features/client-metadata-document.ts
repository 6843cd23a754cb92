/**
 * Publishes who a client is, where its `client_id` is the URL of that document.
 *
 * @spec draft-ietf-oauth-client-id-metadata-document §4
 */

import { AuthlibError, type JsonObject, type Mountable } from '@authlib/core'
import { isDocumentUrl } from '../../document-url.ts'
import { publishedDocument } from '../../published-document.ts'

export interface ClientMetadataDocumentOptions {
  /** Seconds for which servers may keep a copy. Default 3600. */
  readonly maxAge?: number | undefined
}

/** The document to mount at the root of the host, and the client id that names it. */
export interface ClientMetadataDocument extends Mountable {
  readonly clientId: string
}

/**
 * A document for servers that find clients by URL: no registration is needed there. `metadata` has wire names, as of
 * `registerClient`. A client that authenticates has `token_endpoint_auth_method: 'private_key_jwt'` and `jwks` or `jwks_uri`;
 * a secret is not possible. Default: a public client.
 *
 * @throws AuthlibError `invalid_client_metadata` for a URL or metadata that servers refuse
 * @example
 * const document = clientMetadataDocument('https://app.example/oauth/client.json', {
 *   client_name: 'My agent',
 *   redirect_uris: ['https://app.example/callback'],
 * })
 * app.use(mount(document))
 */
export function clientMetadataDocument(
  clientId: string,
  metadata: JsonObject,
  { maxAge = 3600 }: ClientMetadataDocumentOptions = {},
): ClientMetadataDocument {
  const path = new URL(clientId).pathname
  const fault = faultOf(clientId, metadata)
  if (fault !== undefined) throw invalid(fault)
  const members = { token_endpoint_auth_method: 'none', ...metadata, client_id: clientId }
  return { clientId, ...publishedDocument({ paths: [path], members, maxAge }) }
}

function faultOf(clientId: string, metadata: JsonObject): string | undefined {
  const { pathname, search } = new URL(clientId)
  // Draft §3: a path, and no fragment, user or dot segments. A query is no part of a route.
  if (!isDocumentUrl(clientId) || pathname === '/' || search !== '')
    return 'the client id must be an https URL with a path, without query and fragment'
  if ('client_id' in metadata && metadata['client_id'] !== clientId) return 'client_id must be the URL of the document'
  const secret = ['client_secret', 'client_secret_expires_at'].find((name) => name in metadata)
  if (secret !== undefined) return `${secret} must not be published` // §4.1
  const method = metadata['token_endpoint_auth_method']
  if (typeof method === 'string' && method.startsWith('client_secret'))
    return 'token_endpoint_auth_method must not be one with a secret'
  const uris = metadata['redirect_uris']
  if (!Array.isArray(uris) || uris.length === 0) return 'redirect_uris is missing'
  return undefined
}

function invalid(fault: string): AuthlibError {
  return new AuthlibError('invalid_client_metadata', `The document of the client is not valid: ${fault}`)
}
