/**
 * Reads what a client says about itself, and joins it with what the operator trusts it with.
 *
 * @spec RFC 7591 §2
 */

import { AuthlibError, type Json } from '@authlib/core'
import { isNativeRedirectUri, redirectUriFault, type ApplicationType } from '../../redirect-uri.ts'
import { formatScope, parseScope } from '../../scope.ts'
import {
  alwaysAuthenticates,
  type Client,
  type ClientMetadata,
  type ClientSecret,
  type ClientTrust,
} from '../contract/client.ts'
import { memberTypes } from '../contract/client-member.ts'
import { grantTypeHint, knownMembers, memberHint } from './client-members.ts'
import { hashClientSecret, secretFault } from './client-secret.ts'
import { MAX_CLIENT_ID } from './ids.ts'

/**
 * A client from its metadata, with the defaults of RFC 7591. The secret is hashed. `trust` is the operator's word: it is
 * never read from the metadata.
 *
 * @throws AuthlibError `invalid_client_metadata`, which names the client and the member
 * @example
 * await clients.save(await clientFromMetadata({ client_id: 'shop', client_secret, redirect_uris }, { skipConsent: true }))
 */
export async function clientFromMetadata(metadata: ClientMetadata, trust: ClientTrust = {}): Promise<Client> {
  const { secret, secretExpiresAt, ...client } = readClientMetadata(metadata, trust)
  return { ...client, secrets: secret === undefined ? [] : [await secretAtRest(secret, secretExpiresAt, client)] }
}

/** Metadata whose members are what they must be. The secret is still in it. */
export interface MetadataRead extends Omit<Client, 'secrets'> {
  readonly secret: string | undefined
  readonly secretExpiresAt: number
}

/** The same without waiting, for lists that are checked when the server starts. @throws AuthlibError `invalid_client_metadata` */
export function readClientMetadata(metadata: ClientMetadata, trust: ClientTrust = {}): MetadataRead {
  const clientId = readId(metadata)
  const refuse = (fault: string, options?: FaultOptions): never => {
    throw invalidMetadata(clientId, fault, options)
  }
  for (const [name, value] of Object.entries(metadata)) checkMember(name, value, refuse)
  const {
    client_id: _id,
    client_secret: secret,
    client_secret_expires_at: secretExpiresAt = 0,
    client_name: clientName,
    redirect_uris: redirectUris = [],
    grant_types: grantTypes = ['authorization_code'],
    response_types: responseTypes = grantTypes.includes('authorization_code') ? ['code'] : [],
    scope,
    token_endpoint_auth_method: authMethod = 'client_secret_basic',
    application_type: applicationType = inferredType(authMethod, redirectUris),
    ...rest
  } = metadata
  const nativePublic = authMethod === 'none' && applicationType === 'native'
  const redirects = {
    localhostAnyPort: trust.localhostAnyPort ?? nativePublic,
    schemesWithoutDot: trust.schemesWithoutDot ?? nativePublic,
  }
  for (const uri of redirectUris) {
    const fault = redirectUriFault(uri, applicationType, redirects)
    if (fault !== null) refuse(`${REDIRECT} ${fault}`, { value: uri })
  }
  if (responseTypes.length > 0 && redirectUris.length === 0) refuse(MISSING_REDIRECTS)
  for (const type of grantTypes) {
    const meant = grantTypeHint(type)
    if (meant !== undefined) refuse(`grant_types has ${JSON.stringify(type)}`, { hint: `Use ${meant}.` })
  }
  if (trust.refreshTokenRotation === false && !alwaysAuthenticates({ authMethod, ...trust })) {
    refuse('trust.refreshTokenRotation is false, and the client may come without authentication', {
      hint: 'Refresh tokens of public clients rotate (RFC 9700 §2.2.2). Give the client a secret or a key.',
    })
  }
  const usesSecret = [authMethod, ...(trust.authMethods ?? [])].some((method) => method.startsWith('client_secret'))
  const fault =
    secret === undefined && !('client_secret' in metadata) ? 'client_secret is missing' : secretFault(secret, clientId)
  if ((usesSecret || secret !== undefined) && fault !== null) refuse(fault, { hint: secretHint })
  return {
    clientId,
    secret,
    secretExpiresAt,
    ...(clientName === undefined ? {} : { clientName }),
    redirectUris,
    grantTypes,
    responseTypes,
    scope: parseScope(scope),
    authMethod,
    applicationType,
    ...trust,
    ...(nativePublic ? redirects : {}),
    metadata: rest,
  }
}

/** A secret in the form in which it is kept; with the secret itself where a method needs it as a key. */
export async function secretAtRest(
  secret: string,
  expiresAt: number,
  { authMethod, authMethods, metadata }: Pick<Client, 'authMethod' | 'authMethods' | 'metadata'>,
): Promise<ClientSecret> {
  return {
    hash: await hashClientSecret(secret),
    ...(expiresAt === 0 ? {} : { expiresAt }),
    ...(usesSecretAsKey({ authMethod, authMethods, metadata }) ? { reveal: () => secret } : {}),
  }
}

/** Whether a method or an algorithm of the client needs the secret itself, not only its hash. */
export function usesSecretAsKey({
  authMethod,
  authMethods = [],
  metadata,
}: Pick<Client, 'authMethod' | 'authMethods' | 'metadata'>): boolean {
  return (
    [authMethod, ...authMethods].includes('client_secret_jwt') ||
    Object.entries(metadata).some(
      ([name, value]) => name.endsWith('_alg') && typeof value === 'string' && value.startsWith('HS'),
    )
  )
}

/** What {@link clientFromMetadata} reads, without the secrets. */
export function toMetadata(client: Client): ClientMetadata {
  const { clientId, clientName, redirectUris, grantTypes, responseTypes, scope, authMethod, applicationType } = client
  return {
    ...client.metadata,
    client_id: clientId,
    client_name: clientName,
    redirect_uris: redirectUris,
    grant_types: grantTypes,
    response_types: responseTypes,
    scope: formatScope(scope),
    token_endpoint_auth_method: authMethod,
    application_type: applicationType,
  }
}

/** Whether the error of {@link clientFromMetadata} is about redirect URIs, for which RFC 7591 has a code. */
export function isRedirectFault({ reason = '' }: AuthlibError): boolean {
  return reason === MISSING_REDIRECTS || reason.startsWith(REDIRECT)
}

const REDIRECT = 'a redirect URI'
const MISSING_REDIRECTS = 'redirect_uris is missing'

/** A secret that is needed as a key, where none can be kept or read. */
export function invalidSecretUse(clientId: string): AuthlibError {
  const message = `client ${JSON.stringify(clientId)}: its secret is needed as a key, and cannot be kept or read`
  return new AuthlibError('missing_secret_sealer', message, {
    hint: "Pass the sealer that saved it: storedClients(store, { sealer: server.sealer('client_secret') }).",
  })
}

const secretHint = 'Make one with createClientSecret(), or with: openssl rand -hex 32'

interface FaultOptions {
  readonly hint?: string | undefined
  /** What is at fault, for the message. */
  readonly value?: string | undefined
}

/** Configuration, which no attacker sees: the message names the client and the fact. */
function invalidMetadata(clientId: string, fault: string, { hint, value }: FaultOptions = {}): AuthlibError {
  const what = value === undefined ? fault : `${fault}: ${JSON.stringify(value)}`
  const message = `client ${JSON.stringify(clientId)}: ${what}`
  return new AuthlibError('invalid_client_metadata', message, { status: 400, reason: fault, hint })
}

function readId(metadata: ClientMetadata): string {
  if (typeof metadata !== 'object') throw new TypeError('Client metadata is an object with client_id')
  const id: unknown = metadata.client_id
  if (typeof id === 'string' && id !== '') {
    if (/[^\x20-\x7e]/.test(id)) throw invalidMetadata(id, 'client_id has a character that is not allowed') // RFC 6749 A.1
    if (id.length > MAX_CLIENT_ID)
      throw invalidMetadata(id.slice(0, 50), `client_id has more than ${MAX_CLIENT_ID} characters`)
    return id
  }
  const written = Object.keys(metadata).find((name) => /^client_?id$/i.test(name) && name !== 'client_id')
  if (written !== undefined) throw invalidMetadata('', `${written} is not a member`, { hint: 'Use client_id.' })
  throw invalidMetadata('', typeof id === 'string' ? 'client_id is empty' : 'client_id is missing')
}

function checkMember(
  name: string,
  value: Json | undefined,
  refuse: (fault: string, options?: FaultOptions) => never,
): void {
  if (trustNames.has(name)) {
    refuse(`${name} is not client metadata`, { hint: `It is trust: pass it apart from the metadata. See ClientTrust.` })
  }
  const [plain = name] = name.split('#', 1) // human-readable members may carry a language tag. RFC 7591 §2.2
  const type = Object.hasOwn(knownMembers, plain) ? knownMembers[plain] : undefined
  if (type === undefined) {
    const meant = memberHint(plain)
    if (meant !== undefined) refuse(`${name} is not a member`, { hint: `Use ${meant}.` })
    return
  }
  if (name === 'client_secret' || value === undefined) return // looked at below, with its own words
  if (memberTypes[type].parse(value) === null) refuse(`${name} is not ${memberTypes[type].words}`)
}

const trustNames = new Set([
  ...['skip_consent', 'skipConsent', 'resource_server', 'resourceServer', 'first_party', 'firstParty', 'authMethods'],
  ...['localhostAnyPort', 'schemesWithoutDot', 'refreshTokenRotation', 'refresh_token_rotation', 'trust'],
])

/**
 * What the client did not say. A public client whose answer goes to a loopback host or a private-use scheme runs on the
 * person's own device: MCP clients register like that.
 */
function inferredType(authMethod: string, redirectUris: readonly string[]): ApplicationType {
  return authMethod === 'none' && redirectUris.some(isNativeRedirectUri) ? 'native' : 'web'
}
