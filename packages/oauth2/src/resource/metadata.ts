/**
 * The metadata document of a protected resource.
 *
 * @spec RFC 9728
 */

import { AuthlibError, type Json, type JsonObject, type Mountable } from '@authlib/core'
import { assertIssuer, isSecureTransport, isValidUrl, wellKnownPath, wellKnownUrl } from '@authlib/core/kit'
import { publishedDocument } from '../published-document.ts'

const WELL_KNOWN = 'oauth-protected-resource'

export interface ProtectedResourceMetadataOptions {
  /** The identifier of the resource: its https URL, as clients use it. Byte for byte what they compare. */
  resource: string
  /** Issuers of the tokens that are accepted here. */
  authorizationServers?: readonly string[] | undefined
  /** Scopes a client may ask for. Not a list of all there are, and never `offline_access`. */
  scopes?: readonly string[] | undefined
  /** Where a bearer token may stand: `header`, `body`. Default: `['header']`. */
  bearerMethods?: readonly ('header' | 'body')[] | undefined
  /** Name for the end-user. */
  name?: string | undefined
  /** URL of a page for developers. */
  documentation?: string | undefined
  /** Any further member, under its wire name: `resource_policy_uri`, `resource_name#it`, … */
  additional?: JsonObject | undefined
}

/** The document to mount at the root of the host, and its URL for the challenges of a `ResourceProtector`. */
export interface ProtectedResourceMetadata extends Mountable {
  readonly url: string
}

/**
 * Publishes the metadata of a resource below `/.well-known/oauth-protected-resource`.
 *
 * @throws AuthlibError `invalid_resource`, `invalid_issuer`
 * @example
 * app.use(mount(protectedResourceMetadata({ resource: 'https://api.example', authorizationServers: [issuer] })))
 */
export function protectedResourceMetadata({
  resource,
  authorizationServers = [],
  scopes = [],
  bearerMethods = ['header'],
  name,
  documentation,
  additional,
}: ProtectedResourceMetadataOptions): ProtectedResourceMetadata {
  assertResource(resource)
  for (const issuer of authorizationServers) assertIssuer(issuer)
  const url = resourceMetadataUrl(resource)
  const members = {
    ...additional,
    resource,
    authorization_servers: unlessEmpty(authorizationServers), // §3.2: no empty lists
    scopes_supported: unlessEmpty(scopes),
    bearer_methods_supported: bearerMethods, // §2: here the empty list has a meaning
    resource_name: name,
    resource_documentation: documentation,
  }
  return { url, ...publishedDocument({ paths: routePaths(resource), members, maxAge: 3600 }) }
}

/** Where the metadata of a resource is published: the well-known path goes before its own. RFC 9728 §3.1. */
export function resourceMetadataUrl(resource: string): string {
  assertResource(resource)
  return wellKnownUrl(resource, WELL_KNOWN, 'insert')
}

/**
 * Checks that a string can identify a resource that publishes metadata: an https URL (http on loopback), without fragment
 * (RFC 9728 §1.2), user, or query, which a route could not tell apart.
 *
 * @throws AuthlibError `invalid_resource`
 */
function assertResource(resource: string): void {
  if (isValidUrl(resource, { fragments: false }) && !resource.includes('?') && isSecureTransport(resource)) return
  throw new AuthlibError('invalid_resource', 'A resource must be an https URL without query and fragment', {
    hint: 'Plain http is accepted for loopback hosts only.',
  })
}

/** Clients differ on whether a slash that ends the path of the resource is left out: both find the document. */
function routePaths(resource: string): readonly string[] {
  const path = wellKnownPath(resource, WELL_KNOWN, 'insert')
  const { pathname } = new URL(resource)
  return pathname !== '/' && pathname.endsWith('/') ? [path, `${path}/`] : [path]
}

function unlessEmpty<T extends Json>(values: readonly T[]): readonly T[] | undefined {
  return values.length === 0 ? undefined : values
}
