/**
 * Clients that register themselves, and manage their registration.
 *
 * @spec RFC 7591
 * @spec RFC 7592
 */

import {
  constantTimeEqual,
  jsonResponse,
  noStore,
  randomToken,
  type Awaitable,
  type HttpRequest,
  type HttpResponse,
  type JsonObject,
} from '@authlib/core'
import { parseAuthorization, sha256Base64url, refuseUnknownOptions } from '@authlib/core/kit'
import { invalidRequest, OAuth2Error } from '../../errors.ts'
import type { Client, ClientStore, ClientTrust } from '../contract/client.ts'
import type { MomentHandler } from '../contract/moments.ts'
import type { Endpoint, Feature, RegisteredClientSource } from '../contract/registrable.ts'
import type { RegistrationChange, RegistrationRequest } from '../contract/registration.ts'
import type { Server } from '../contract/server.ts'
import { toMetadata, usesSecretAsKey } from '../records/client-metadata.ts'
import { createClientSecret, hashClientSecret } from '../records/client-secret.ts'
import { storedClients } from '../records/clients.ts'
import { findInitialAccessToken, type InitialAccessToken } from '../records/initial-access-token.ts'
import { chooseMembers } from '../records/metadata-choices.ts'
import {
  agree,
  availableGrants,
  clientOf,
  readMembers,
  readRegistration,
  type Agreed,
} from '../records/registration-metadata.ts'
import { noteClient } from '../refusals.ts'
import { verifySoftwareStatement, type SoftwarePublisher } from '../records/software-statement.ts'

export interface DynamicRegistrationOptions {
  /**
   * Who may register. `initial_access_token`: holders of a token of `issueInitialAccessToken`. `open`: everybody. Or your own
   * check of the bearer token, which returns data for the policy, or null to refuse. Default `initial_access_token`.
   */
  readonly access?: 'initial_access_token' | 'open' | ((token: string) => Awaitable<JsonObject | null>) | undefined
  /** Whether clients may read, change and delete their registration. RFC 7592. Default true. */
  readonly management?: boolean | undefined
  /**
   * Grant types that clients may have, of those that are registered. Default: those in which a person approves:
   * `authorization_code`, `refresh_token`, `implicit`, and the grants of devices and of CIBA.
   */
  readonly grantTypes?: readonly string[] | undefined
  /** Scope that clients may have, and have when they name none. Default: the server's `scopes`. */
  readonly scope?: readonly string[] | undefined
  /** Whose software statements are accepted. Default: none, and statements are ignored. RFC 7591 §3.1.1 */
  readonly publishers?: readonly SoftwarePublisher[] | undefined
  /** Refuses registrations without a software statement. Default false. */
  readonly statementRequired?: boolean | undefined
  /** Your own rules, after the others: throws an OAuth2Error to refuse, or returns what to change. */
  readonly policy?: MomentHandler<RegistrationRequest, RegistrationChange> | undefined
}

const OPTIONS: Readonly<Record<keyof DynamicRegistrationOptions, true>> = {
  access: true,
  management: true,
  grantTypes: true,
  scope: true,
  publishers: true,
  statementRequired: true,
  policy: true,
}

/**
 * Adds the endpoints `/register` and `/register/:id`. Clients that register are kept by the server's own source when it can
 * save, as `storedClients` can, and otherwise in the server's store, beside the list of `staticClients`.
 *
 * @throws TypeError when a statement is required and no one may issue one
 * @example
 * server.register(dynamicClientRegistration())
 * const token = await issueInitialAccessToken(server)
 */
export function dynamicClientRegistration(options: DynamicRegistrationOptions = {}): Feature {
  refuseUnknownOptions('dynamicClientRegistration', options, OPTIONS)
  const { access = 'initial_access_token', management = true, statementRequired = false, publishers = [] } = options
  if (statementRequired && publishers.length === 0) throw new TypeError('statementRequired takes publishers')
  return {
    kind: 'feature',
    name: 'dynamic_client_registration',
    settings: { access: typeof access === 'string' ? access : 'custom', management, statementRequired },
    includes: [
      registeredClients,
      registrationEndpoint(options),
      ...(management ? [configurationEndpoint(options)] : []),
    ],
  }
}

/** For servers whose own clients are a fixed list. */
const registeredClients: RegisteredClientSource = {
  kind: 'client_source',
  name: 'registered_clients',
  find: (clientId, { server }) => storeOf(server).find(clientId),
  store: storeOf,
}

const stores = new WeakMap<Server, ClientStore>()

function storeOf(server: Server): ClientStore {
  const { clock, sealer } = server
  const store = stores.get(server) ?? storedClients(server.store, { clock, sealer: sealer('client_secret') })
  stores.set(server, store)
  return store
}

const CONFIGURATION = 'client_configuration'

/** RFC 7591 §3 */
function registrationEndpoint(options: DynamicRegistrationOptions): Endpoint {
  const { management = true } = options
  return {
    kind: 'endpoint',
    name: 'registration',
    path: '/register',
    methods: ['POST'],
    cors: true,
    async handle(http, server) {
      const access = await requireAccess(http, server, options)
      const sent = await readRegistration(http)
      const request = await judge({ server, http, sent, initial: access?.data }, options)
      const clientId = randomToken(server.random, 16) // never chosen by the client. RFC 9700 §4.15
      const { client: made, secret } = await createClient(request, clientId, undefined, options)
      const token = management ? `${server.tokenPrefix}ra_${randomToken(server.random, 32)}` : undefined
      const metadata = { ...made.metadata, client_id_issued_at: server.clock() }
      const hash = token === undefined ? {} : { registrationTokenHash: await sha256Base64url(token) }
      const client = { ...made, ...hash, metadata }
      if (access?.use && !(await access.use())) throw invalidToken('the initial access token was used meanwhile')
      await server.clients.save(client)
      server.emit({ type: 'client.registered', at: server.clock(), clientId })
      return answer(201, server, client, secret, token) // §3.2.1
    },
  }
}

/** RFC 7592 §2 */
function configurationEndpoint(options: DynamicRegistrationOptions): Endpoint {
  return {
    kind: 'endpoint',
    name: CONFIGURATION,
    path: '/register/:id',
    methods: ['GET', 'PUT', 'DELETE'],
    cors: true,
    metadata: () => ({}),
    async handle(http, server, clientId = '') {
      noteClient(http, clientId)
      const token = bearerToken(http)
      const hash = await sha256Base64url(token)
      const present = requireOwn(await server.clients.find(clientId), hash)
      if (http.method === 'DELETE') {
        await server.clients.remove(clientId) // §2.3, with its tokens
        server.emit({ type: 'client.deleted', at: server.clock(), clientId })
        return { status: 204, headers: noStore, body: '' }
      }
      if (http.method !== 'PUT') return answer(200, server, present, undefined, token) // §2.1
      const sent = await readRegistration(http)
      let issued: string | undefined
      const client = await server.clients.update(clientId, async (found) => {
        const before = requireOwn(found, hash)
        await checkUpdate(sent, before)
        const request = await judge({ server, http, sent, client: before }, options)
        const { client: made, secret } = await createClient(request, clientId, before, options)
        issued = secret
        const { client_id_issued_at: issuedAt } = before.metadata
        const metadata = { ...made.metadata, client_id_issued_at: issuedAt }
        return { ...made, metadata, registrationTokenHash: hash }
      })
      if (!client) throw invalidToken('the client was deleted meanwhile')
      server.emit({ type: 'client.updated', at: server.clock(), clientId })
      return answer(200, server, client, issued, token) // §2.2
    },
  }
}

/** @throws OAuth2Error `invalid_token` */
async function requireAccess(
  http: HttpRequest,
  server: Server,
  { access = 'initial_access_token' }: DynamicRegistrationOptions,
): Promise<Partial<InitialAccessToken> | null> {
  if (access === 'open') return null
  const token = bearerToken(http)
  if (access === 'initial_access_token') {
    const found = await findInitialAccessToken(server, token)
    if (!found) throw invalidToken('the initial access token is unknown, used or expired')
    return found
  }
  const data = await access(token)
  if (!data) throw invalidToken('the initial access token was refused')
  return { data }
}

/** @throws OAuth2Error `invalid_token` */
function bearerToken({ headers }: HttpRequest): string {
  const sent = parseAuthorization(headers.get('authorization'))
  if (sent?.scheme === 'bearer' && sent.value !== '') return sent.value
  throw invalidToken('there is no token', 'Bearer') // RFC 6750 §3.1: no error in the challenge then
}

function invalidToken(reason: string, challenge = 'Bearer error="invalid_token"'): OAuth2Error {
  return new OAuth2Error('invalid_token', '', { status: 401, headers: [['www-authenticate', challenge]], reason })
}

/** An unknown client and the token of another one look the same. RFC 7592 §2. @throws OAuth2Error `invalid_token` */
function requireOwn(client: Client | null, hash: string): Client {
  const own = client?.registrationTokenHash
  if (client && own !== undefined && constantTimeEqual(own, hash)) return client
  throw invalidToken('the registration access token is not one of this client')
}

/** What an update must and must not have. RFC 7592 §2.2. @throws OAuth2Error `invalid_request` */
async function checkUpdate(sent: JsonObject, { clientId, secrets }: Client): Promise<void> {
  if (sent['client_id'] !== clientId) throw invalidRequest('client_id must be the one of the client')
  for (const name of unsendable) if (name in sent) throw invalidRequest(`${name} must not be sent`)
  const secret = sent['client_secret']
  if (secret === undefined || secret === null) return
  const hash = typeof secret === 'string' ? await hashClientSecret(secret) : ''
  if (!secrets.some((live) => constantTimeEqual(live.hash, hash))) {
    throw invalidRequest('client_secret must be the one of the client')
  }
}

const unsendable = [
  ...['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at'],
]

interface Sent extends Omit<RegistrationRequest, 'metadata' | 'software'> {
  readonly sent: JsonObject
}

async function judge({ sent, ...about }: Sent, options: DynamicRegistrationOptions): Promise<Agreed> {
  const { server } = about
  const { publishers = [], statementRequired = false, policy } = options
  const { software_statement: statement, ...plain } = readMembers(sent, server.clients.members)
  if (statement === undefined && statementRequired) {
    throw new OAuth2Error('invalid_software_statement', 'software_statement is missing')
  }
  const verified = typeof statement === 'string' && publishers.length > 0
  const software = verified ? await verifySoftwareStatement(server, statement, publishers) : undefined
  // What the publisher says takes precedence. §2.3
  const metadata = software
    ? { ...plain, ...readMembers(software, server.clients.members), software_statement: statement }
    : plain
  return agree({ ...about, metadata: chooseMembers(server, { ...sent, ...software }, metadata), software }, policy)
}

/** The client, and its secret when it is a new one. */
async function createClient(
  { server, metadata, trust }: Agreed,
  clientId: string,
  present: Client | undefined,
  { grantTypes, scope = server.scopes }: DynamicRegistrationOptions,
): Promise<{ readonly client: Client; readonly secret: string | undefined }> {
  const limits = { grantTypes: availableGrants(server, grantTypes), scope }
  const secret = needsSecret(metadata, trust ?? trustOf(present))
    ? createClientSecret(server.random, server.tokenPrefix)
    : undefined
  const described = { ...metadata, client_id: clientId, ...(secret !== undefined && { client_secret: secret }) }
  const made = await clientOf(server, described, trust ?? trustOf(present), limits)
  const { secrets = [] } = present ?? {}
  const keeps = secrets.length > 0 && (!usesSecretAsKey(made) || secrets.every(({ reveal }) => reveal !== undefined))
  return secret !== undefined && keeps ? { client: { ...made, secrets }, secret: undefined } : { client: made, secret }
}

function needsSecret(metadata: JsonObject, { authMethods = [] }: ClientTrust): boolean {
  const { token_endpoint_auth_method: method } = metadata
  const authMethod = typeof method === 'string' ? method : 'client_secret_basic'
  if ([authMethod, ...authMethods].some((name) => name.startsWith('client_secret'))) return true
  return usesSecretAsKey({ authMethod, metadata })
}

/** Of the client as it was. What follows from its metadata is left out, and follows from the new. */
function trustOf(client: Client | undefined): ClientTrust {
  if (!client) return {}
  const { skipConsent, resourceServer, authMethods, refreshTokenRotation } = client
  const { localhostAnyPort, schemesWithoutDot } = client
  const inferred = client.authMethod === 'none' && client.applicationType === 'native'
  return {
    ...(skipConsent !== undefined && { skipConsent }),
    ...(resourceServer !== undefined && { resourceServer }),
    ...(authMethods !== undefined && { authMethods }),
    ...(refreshTokenRotation !== undefined && { refreshTokenRotation }),
    ...(localhostAnyPort !== undefined && !(inferred && localhostAnyPort) && { localhostAnyPort }),
    ...(schemesWithoutDot !== undefined && !(inferred && schemesWithoutDot) && { schemesWithoutDot }),
  }
}

/** The secret is in the response that issues it, and in no other. §3.2.1, RFC 7592 §3 */
function answer(
  status: number,
  server: Server,
  client: Client,
  secret: string | undefined,
  token: string | undefined,
): HttpResponse {
  const registration = {
    ...toMetadata(client),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    ...(token !== undefined && {
      registration_access_token: token,
      registration_client_uri: server.url(CONFIGURATION, client.clientId),
    }),
  }
  return jsonResponse(status, registration, noStore)
}
