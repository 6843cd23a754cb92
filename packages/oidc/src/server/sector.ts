/**
 * The sector of a client: clients of one sector know a person by the same pairwise `sub`.
 *
 * @spec OpenID Connect Core 1.0 §8.1
 * @spec CIBA Core §4
 */

import { AuthlibError, type JsonObject } from '@authlib/core'
import { CIBA, type Client } from '@authlib/oauth2/server'

/** The host that a client's identifiers belong to. §8.1 @throws AuthlibError `invalid_client_metadata` */
export function sectorOf({
  clientId,
  metadata,
  redirectUris,
}: Pick<Client, 'clientId' | 'metadata' | 'redirectUris'>): string {
  const registered = metadata['sector_identifier_uri']
  if (typeof registered === 'string') return new URL(registered).host
  const uris = redirectUris.length > 0 ? redirectUris : sectorUrisOfCiba(metadata)
  const [host, ...others] = new Set(uris.map((uri) => new URL(uri).host))
  if (host !== undefined && others.length === 0) return host
  throw new AuthlibError(
    'invalid_client_metadata',
    `client "${clientId}": pairwise subjects need sector_identifier_uri when the redirect URIs have ${host === undefined ? 'no host' : 'several hosts'}`,
  )
}

/** What counts in place of redirect URIs for a client of CIBA; empty when it has none. CIBA Core §4 */
export function sectorUrisOfCiba(metadata: JsonObject): readonly string[] {
  if (!isCibaClient(metadata)) return []
  const push = metadata['backchannel_token_delivery_mode'] === 'push'
  const uri = metadata[push ? 'backchannel_client_notification_endpoint' : 'jwks_uri']
  return typeof uri === 'string' && URL.canParse(uri) ? [uri] : []
}

export function isCibaClient({ grant_types: grants }: JsonObject): boolean {
  return Array.isArray(grants) && grants.includes(CIBA)
}
