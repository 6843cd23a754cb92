/**
 * From what a client sends about itself to a client that this server can serve.
 *
 * @spec RFC 7591 §2 §3.1
 */

import { AuthlibError, type HttpRequest, type Json, type JsonObject } from '@authlib/core'
import { isLanguageTag, isLoopbackHost, parseJsonObject } from '@authlib/core/kit'
import { OAuth2Error } from '../../errors.ts'
import { redirectUriFault } from '../../redirect-uri.ts'
import { parseScope } from '../../scope.ts'
import { memberTypes, type MemberType } from '../contract/client-member.ts'
import type { Client, ClientMetadata, ClientTrust } from '../contract/client.ts'
import type { MomentHandler } from '../contract/moments.ts'
import { clientRegistering, type RegistrationChange, type RegistrationRequest } from '../contract/registration.ts'
import type { Server } from '../contract/server.ts'
import { knownMembers } from './client-members.ts'
import { clientFromMetadata, isRedirectFault } from './client-metadata.ts'

const LIMITS = { members: 100, characters: 2048, entries: 50, keys: 20 } as const

/** The body. @throws OAuth2Error `invalid_client_metadata` */
export async function readRegistration(http: HttpRequest): Promise<JsonObject> {
  const [type = ''] = (http.headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/json') throw invalidMetadata('the body must be application/json') // §3.1
  try {
    return parseJsonObject(await http.text(), { maxDepth: 8 }) as JsonObject // sound: it was JSON
  } catch (error) {
    if (error instanceof AuthlibError && error.code === 'invalid_json') {
      throw invalidMetadata('the body must be a JSON object', { reason: error.message })
    }
    throw error
  }
}

/** Members of known names and types, those that registered things declare among them. Others are dropped: nothing would act upon them. §2. @throws OAuth2Error */
export function readMembers(sent: JsonObject, declared: Server['clients']['members']): JsonObject {
  const kept: Record<string, Json> = {}
  for (const [name, value] of Object.entries(sent)) {
    const [plain = name, tag] = name.split('#', 2)
    const type = typeOfMember(plain, declared)
    if (type === undefined || assigned.has(plain) || value === null || value === undefined) continue
    if (name !== plain && !(readable.has(plain) && tag !== undefined && isLanguageTag(tag))) continue // §2.2
    if (type.parse(value) === null) throw invalidMember(plain, `is not ${type.words}`)
    if (!isWithinLimits(plain, value)) throw invalidMember(plain, 'is too long')
    kept[name] = value
  }
  if (Object.keys(kept).length > LIMITS.members) throw invalidMetadata('there are too many members')
  checkKeys(kept)
  checkLogoutUris(kept)
  return kept
}

function typeOfMember(name: string, declared: Server['clients']['members']): MemberType<unknown> | undefined {
  const known = Object.hasOwn(knownMembers, name) ? knownMembers[name] : undefined
  return known === undefined ? declared.get(name)?.type : memberTypes[known]
}

/** What the server gives out, and no client chooses. §3.2.1, RFC 7592 §3 */
const assigned = new Set([
  ...['client_id', 'client_secret', 'client_secret_expires_at', 'client_id_issued_at', 'registration_client_uri'],
])

/** Members that may carry a language tag. §2.2 */
const readable = new Set(['client_name', 'client_uri', 'logo_uri', 'tos_uri', 'policy_uri'])

function isWithinLimits(name: string, value: Json): boolean {
  if (typeof value === 'string') return name === 'software_statement' || value.length <= LIMITS.characters
  if (!Array.isArray(value)) return true // the body has a limit
  return value.length <= LIMITS.entries && value.every((entry) => String(entry).length <= LIMITS.characters)
}

function checkKeys({ jwks, jwks_uri: uri }: JsonObject): void {
  if (jwks === undefined) return
  if (uri !== undefined) throw invalidMetadata('jwks and jwks_uri must not both be there') // §2
  const { keys } = jwks as JsonObject // sound: the type of the member is an object
  if (!Array.isArray(keys) || keys.length > LIMITS.keys)
    throw invalidMetadata('jwks is not a key set of at most 20 keys')
  const isPublic = (key: unknown): boolean =>
    typeof key === 'object' && key !== null && !secretMembers.some((member) => member in key)
  if (!keys.every(isPublic)) throw invalidMetadata('jwks has a key that is not public')
}

/** Of private and of symmetric keys. RFC 7518 §6.2.2, §6.3.2, §6.4.1 */
const secretMembers = ['d', 'k', 'p', 'q', 'priv']

/** The browser is sent there after a logout. OpenID Connect RP-Initiated Logout §2.1 */
function checkLogoutUris({ post_logout_redirect_uris: uris = [] }: JsonObject): void {
  for (const uri of uris as readonly string[]) {
    const fault = redirectUriFault(uri, 'native', { schemesWithoutDot: true })
    if (fault !== null) throw invalidMetadata(`a URI of post_logout_redirect_uris ${fault}`)
  }
}

/** What registered clients may have. */
export interface RegistrationLimits {
  readonly grantTypes: readonly string[]
  /** Undefined: what they ask for. */
  readonly scope: readonly string[] | undefined
}

/** The client, with the defaults of this server. @throws OAuth2Error `invalid_redirect_uri`, `invalid_client_metadata` */
export async function clientOf(
  server: Server,
  metadata: ClientMetadata,
  trust: ClientTrust,
  limits: RegistrationLimits,
): Promise<Client> {
  const { grant_types: asked } = metadata
  // Clients ask for refresh tokens without knowing whether there are any. §2: the server may replace what it does not support
  const grantTypes = asked?.filter((type) => type !== 'refresh_token' || server.grantTypes.includes(type))
  const supported = { ...metadata, ...(grantTypes && { grant_types: grantTypes }), scope: scopeOf(metadata, limits) }
  const client = await read(supported, trust)
  checkClient(server, client, limits)
  return client
}

async function read(metadata: ClientMetadata, trust: ClientTrust): Promise<Client> {
  try {
    return await clientFromMetadata(metadata, trust)
  } catch (error) {
    if (!(error instanceof AuthlibError) || error.status >= 500) throw error
    const { reason } = error
    if (isRedirectFault(error)) throw new OAuth2Error('invalid_redirect_uri', reason, { cause: error }) // our own words
    throw invalidMetadata('', { reason, cause: error })
  }
}

/** The allowed part of what was asked for; all of it when the client names none. §2: the server may register a default */
function scopeOf({ scope }: ClientMetadata, { scope: allowed }: RegistrationLimits): string | undefined {
  if (scope === undefined) return allowed?.join(' ')
  try {
    const words = parseScope(scope)
    return (allowed ? words.filter((word) => allowed.includes(word)) : words).join(' ')
  } catch (error) {
    throw invalidMetadata('scope is malformed', { cause: error })
  }
}

function checkClient(server: Server, client: Client, { grantTypes: allowed }: RegistrationLimits): void {
  const { grantTypes, responseTypes, redirectUris, authMethod, metadata } = client
  if (new Set(redirectUris).size < redirectUris.length) {
    throw new OAuth2Error('invalid_redirect_uri', 'a redirect URI is there twice')
  }
  if (client.applicationType === 'web' && !isOnLoopback(server.issuer) && redirectUris.some(isOnLoopback)) {
    throw new OAuth2Error('invalid_redirect_uri', 'a redirect URI is http on this machine, which is for native clients') // OpenID Connect Registration §2
  }
  if (!grantTypes.every((type) => allowed.includes(type))) throw invalidMetadata('a grant type is not available')
  for (const name of responseTypes) {
    const type = server.responseType(name)
    if (!type) throw invalidMetadata('a response type is not available')
    if (!type.grantTypes.every((grant) => grantTypes.includes(grant))) {
      throw invalidMetadata('a response type lacks its grant type') // §2.1
    }
  }
  if (grantTypes.includes('authorization_code') && responseTypes.length === 0) {
    throw invalidMetadata('authorization_code lacks a response type') // §2.1
  }
  const methods = server.metadata().token_endpoint_auth_methods_supported ?? []
  if (!methods.includes(authMethod)) throw invalidMetadata('token_endpoint_auth_method is not available')
  if (needsKeys.has(authMethod) && metadata['jwks'] === undefined && metadata['jwks_uri'] === undefined) {
    throw invalidMetadata('token_endpoint_auth_method lacks jwks or jwks_uri')
  }
}

/** A server on this machine is one in development, and so are its clients. */
function isOnLoopback(uri: string): boolean {
  return /^http:/i.test(uri) && isLoopbackHost(new URL(uri).hostname)
}

const needsKeys = new Set(['private_key_jwt', 'self_signed_tls_client_auth'])

function invalidMember(name: string, fault: string): OAuth2Error {
  if (name === 'redirect_uris') return new OAuth2Error('invalid_redirect_uri', `${name} ${fault}`)
  return invalidMetadata(`${name} ${fault}`)
}

/** RFC 7591 §3.2.2 */
export function invalidMetadata(
  description: string,
  options?: { readonly reason?: string | undefined; readonly cause?: unknown },
): OAuth2Error {
  return new OAuth2Error('invalid_client_metadata', description, options)
}

/** A request that features and the policy have agreed to. */
export interface Agreed {
  readonly server: Server
  readonly metadata: JsonObject
  readonly trust: ClientTrust | undefined
}

/** Asks extensions, then the policy. @throws OAuth2Error */
export async function agree(
  request: RegistrationRequest,
  policy: MomentHandler<RegistrationRequest, RegistrationChange> | undefined,
): Promise<Agreed> {
  const { server } = request
  let { metadata } = request
  let trust: ClientTrust | undefined
  for (const handle of [...server.handlers(clientRegistering), ...(policy ? [policy] : [])]) {
    const change = await handle({ ...request, metadata })
    if (!change) continue
    metadata = { ...metadata, ...change.metadata }
    trust = change.trust ?? trust
  }
  return { server, metadata, trust }
}

/** Grants in which a person approves what the client gets. */
const approved = [
  ...['authorization_code', 'refresh_token', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code'],
  'urn:openid:params:grant-type:ciba',
]

/** Of the grants that are registered, those that a client may have. */
export function availableGrants(server: Server, allowed: readonly string[] = approved): readonly string[] {
  const ofResponses = (server.metadata().response_types_supported ?? []).flatMap(
    (name) => server.responseType(name)?.grantTypes ?? [],
  )
  const registered = new Set([...server.grantTypes, ...ofResponses]) // `implicit` is no grant of the token endpoint
  return allowed.filter((type) => registered.has(type))
}
