/**
 * The sector of a client: clients of one sector know a person by the same pairwise `sub`.
 *
 * @spec OpenID Connect Core 1.0 §8.1
 */

import { AuthlibError } from '@authlib/core'
import type { Client } from '@authlib/oauth2/server'

/** The host that a client's identifiers belong to. §8.1 @throws AuthlibError `invalid_client_metadata` */
export function sectorOf({
  clientId,
  metadata,
  redirectUris,
}: Pick<Client, 'clientId' | 'metadata' | 'redirectUris'>): string {
  const registered = metadata['sector_identifier_uri']
  if (typeof registered === 'string') return new URL(registered).host
  const [host, ...others] = new Set(redirectUris.map((uri) => new URL(uri).host))
  if (host !== undefined && others.length === 0) return host
  throw new AuthlibError(
    'invalid_client_metadata',
    `client "${clientId}": pairwise subjects need sector_identifier_uri when the redirect URIs have ${host === undefined ? 'no host' : 'several hosts'}`,
  )
}
