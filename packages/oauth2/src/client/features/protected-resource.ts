/**
 * From a resource to the authorization servers that give tokens for it.
 *
 * @spec RFC 9728 §3 §5
 */

import { AuthlibError, type AddressRule, type CallOptions, type JsonObject } from '@authlib/core'
import { isValidUrl, isWithinPath, parseChallenges, parseJsonObject, send, wellKnownUrl } from '@authlib/core/kit'

/** What a protected resource says about itself. */
export interface ProtectedResource {
  /** Its identifier, byte for byte: what `resource` of a request names. RFC 8707. */
  readonly resource: string
  /** Issuers of the tokens that it takes, at least one. */
  readonly authorizationServers: readonly string[]
  /** The scopes that it names. Absent: it names none. */
  readonly scopes?: readonly string[] | undefined
  /** The whole document. Wire names. */
  readonly metadata: JsonObject
}

export interface DiscoverResourceOptions extends CallOptions {
  /** The `WWW-Authenticate` header of a refusal: it may say where the document is. */
  readonly challenge?: string | null | undefined
  readonly fetch?: typeof fetch | undefined
  /** Seconds for one request. Default 10. */
  readonly timeout?: number | undefined
  /** `publicAddresses` when someone else chose the URL: no private addresses. Default `any`. */
  readonly addresses?: AddressRule | 'any' | undefined
}

const WELL_KNOWN = 'oauth-protected-resource'

/**
 * Reads the metadata of a protected resource: where the challenge says, else at the well-known URL of the path, else at that
 * of the host.
 *
 * @throws AuthlibError `missing_metadata` when there is none, `invalid_metadata`, `resource_mismatch` when the document is
 * about another resource, and those of `send`
 * @example
 * const response = await fetch('https://api.example/notes')
 * const challenge = response.headers.get('www-authenticate')
 * const { resource, authorizationServers } = await discoverResource('https://api.example/notes', { challenge })
 */
export async function discoverResource(
  url: string,
  { challenge, ...options }: DiscoverResourceOptions = {},
): Promise<ProtectedResource> {
  const { origin } = new URL(url)
  const named = resourceMetadataOf(challenge)
  const places = named === undefined ? [wellKnown(url), wellKnown(origin)] : [named]
  for (const place of new Set(places)) {
    const { status, text } = await send(place, { ...options, headers: { accept: 'application/json' } })
    if (status >= 500) throw invalidMetadata(`${place} answered ${status}`)
    if (status === 200) return readDocument(text, { url, place })
  }
  throw new AuthlibError('missing_metadata', 'The resource publishes no metadata', {
    status: 502,
    reason: `tried ${places.join(', ')}`,
    hint: 'Name the authorization server yourself: `new OAuth2Client({ issuer, … })`.',
  })
}

/** RFC 9728 §5.1: any scheme may carry it. */
function resourceMetadataOf(header: string | null | undefined): string | undefined {
  const challenges = parseChallenges(header ?? '')
  return challenges.map(({ params }) => params.get('resource_metadata')).find((url) => url !== undefined)
}

function wellKnown(resource: string): string {
  return wellKnownUrl(resource, WELL_KNOWN, 'insert')
}

function readDocument(
  text: string,
  { url, place }: { readonly url: string; readonly place: string },
): ProtectedResource {
  const metadata = parseDocument(text, place)
  const { resource, authorization_servers: servers, scopes_supported: scopes } = metadata
  if (typeof resource !== 'string' || !isValidUrl(resource, { fragments: false }))
    throw invalidMetadata('resource is missing')
  // §3.3: the document of another resource would have us fetch tokens that are not for this one
  if (!isSame(resource, url) && !(contains(resource, url) && place === wellKnown(resource))) {
    throw new AuthlibError('resource_mismatch', 'The metadata is about another resource', {
      status: 502,
      reason: `${place} is about ${resource}, not ${url}`,
    })
  }
  if (!isTextList(servers) || servers.length === 0) throw invalidMetadata('authorization_servers is missing')
  if (scopes !== undefined && !isTextList(scopes)) throw invalidMetadata('scopes_supported is not a list of strings')
  return { resource, authorizationServers: servers, ...(scopes !== undefined && { scopes }), metadata }
}

function parseDocument(text: string, place: string): JsonObject {
  try {
    return parseJsonObject(text) as JsonObject // sound: it was parsed from JSON
  } catch (cause) {
    throw invalidMetadata(`${place} holds no JSON object`, cause)
  }
}

/** The same but for the slash at the end, which clients and servers leave out or not. */
function isSame(resource: string, url: string): boolean {
  return withoutSlash(resource) === withoutSlash(url)
}

/** A host that protects all that is below a path with one set of tokens publishes one document for it. */
function contains(resource: string, url: string): boolean {
  const parent = new URL(resource)
  const child = new URL(url)
  return parent.search === '' && parent.origin === child.origin && isWithinPath(child.pathname, parent.pathname)
}

function withoutSlash(url: string): string {
  return new URL(url).href.replace(/\/$/, '')
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function invalidMetadata(reason: string, cause?: unknown): AuthlibError {
  return new AuthlibError('invalid_metadata', 'The metadata of the resource is not valid', {
    status: 502,
    reason,
    cause,
  })
}
