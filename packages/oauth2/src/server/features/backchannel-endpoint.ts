/**
 * The endpoint at which clients ask for the authentication of a person, and the page at which the person answers.
 *
 * @spec CIBA Core §7 §13
 */

import { isHttps, jsonResponse, noStore, Params, randomToken, type Awaitable } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import type { JwsAlgorithmName } from '@authlib/jose'
import { invalidClient, invalidRequest, OAuth2Error, unauthorizedClient } from '../../errors.ts'
import { AuthorizationError } from '../authorization-error.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import { isPublicClient, type Client } from '../contract/client.ts'
import type { Endpoint } from '../contract/registrable.ts'
import type { RegistrationRequest } from '../contract/registration.ts'
import type { BackchannelRequest, ClientRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { limited } from '../rate-limit.ts'
import { signedParams, verifySignedRequest } from '../records/signed-request.ts'
import { createTokenText } from '../records/token-text.ts'
import { askRecord, notificationEndpointOf } from './backchannel-notification.ts'
import {
  CIBA,
  deliveryModeOf,
  findBackchannelRequest,
  requestRecord,
  sealCallback,
  type BackchannelData,
  type Callback,
  type DeliveryMode,
} from './backchannel-record.ts'

/** A hint of a client about the person it means. */
export interface SubjectHint {
  readonly server: Server
  readonly client: Client
  readonly kind: 'login_hint' | 'login_hint_token'
  /** As sent: verify a `login_hint_token` before its words count. */
  readonly value: string
}

/** A user code of a client, or that it sent none. */
export interface UserCodeCheck {
  readonly server: Server
  readonly client: Client
  readonly subject: string
  readonly userCode: string | undefined
}

/** What the endpoint goes by. */
export interface EndpointRules {
  readonly modes: readonly DeliveryMode[]
  readonly lifetime: number
  readonly maxLifetime: number
  readonly interval: number
  readonly signingAlgorithms: readonly JwsAlgorithmName[]
  readonly findSubject: (hint: SubjectHint) => Awaitable<string | null>
  readonly acceptsUserCode: ((check: UserCodeCheck) => Awaitable<boolean>) | undefined
  readonly acceptsBindingMessage: (message: string) => boolean
  readonly requireSignedRequests: boolean
  readonly requireBindingMessage: boolean
}

/** Before the random part of an `auth_req_id`. */
export const PREFIX = 'ar'

const ENDPOINT = 'backchannel_authentication'

const signingAlg = clientMember('backchannel_authentication_request_signing_alg', memberTypes.string)
const sendsUserCode = clientMember('backchannel_user_code_parameter', memberTypes.boolean)

/** Tokens of a pushed response are bound to no key. */
const boundMembers = ['dpop_bound_access_tokens', 'tls_client_certificate_bound_access_tokens'] as const

/** Of the endpoint, not of the request. */
const CREDENTIALS = { client_secret: undefined, client_assertion: undefined, client_assertion_type: undefined }

/** Not kept, or without a meaning here: a request of a browser would have them. */
const DROPPED = {
  ...{ client_notification_token: undefined, user_code: undefined, request: undefined },
  ...{ request_uri: undefined, registration: undefined, prompt: undefined },
}

/** Where clients ask. §7.1 */
export function backchannelEndpoint(rules: EndpointRules): Endpoint {
  return {
    kind: 'endpoint',
    name: ENDPOINT,
    path: '/bc-authorize',
    methods: ['POST'],
    cors: false, // called by servers
    direct: true,
    async handle(http, server) {
      const request = await server.clients.receive(http, ENDPOINT)
      return jsonResponse(200, await acknowledge(rules, request), noStore)
    },
  }
}

/** The page that `notify` may send the person to. */
export const approvalEndpoint: Endpoint = {
  kind: 'endpoint',
  name: 'backchannel_approval',
  path: '/approve/:id',
  methods: ['GET'],
  cors: false,
  metadata: () => ({}),
  mounted: (server) => server.interaction.mode === 'pages',
  async handle(http, server, id = '') {
    const request = await findBackchannelRequest(server, id)
    if (request) return server.interaction.begin(request, http)
    throw new AuthorizationError(invalidRequest('the request has expired, or was answered already'), null)
  },
}

/** §7.2, §7.3 */
async function acknowledge(rules: EndpointRules, asked: ClientRequest): Promise<Record<string, string | number>> {
  const { client, server, now } = asked
  if (isPublicClient(client)) throw invalidClient('', { reason: 'a public client cannot use CIBA' }) // §7.1
  const mode = modeOf(client, rules)
  const { params, via } = await readRequest(rules, asked)
  if (!params.has('scope')) throw invalidRequest('scope is missing') // §7.1
  const token = readNotificationToken(params, mode)
  checkBindingMessage(params, rules)
  const lifetime = lifetimeOf(params, rules)
  const authorizationId = randomToken(server.random, 16)
  const kept = params.with({ ...CREDENTIALS, ...DROPPED, client_id: client.clientId })
  const source = { grantType: CIBA, client, params: kept, authorizationId, receivedAt: now, via }
  const request = await server.requests.backchannel(source)
  const subject = await findSubject(rules, request)
  await checkUserCode(rules, asked, { subject, userCode: params.get('user_code') })
  const authReqId = createTokenText(server, PREFIX, authorizationId)
  const callback: Callback | undefined = token === undefined ? undefined : { authReqId, token }
  const data: BackchannelData = {
    version: 1,
    hash: await sha256Base64url(authReqId),
    clientId: client.clientId,
    query: kept.toString(),
    via,
    subject,
    mode,
    until: now + lifetime,
    interval: rules.interval,
    ...(callback && { callback: await sealCallback(server, authorizationId, callback) }),
  }
  const put = [requestRecord(authorizationId, data), askRecord(server, authorizationId)]
  await server.store.commit({ partition: authorizationId, now, expect: [], put, remove: [] })
  server.background(() => server.deliverDue())
  return {
    auth_req_id: authReqId,
    expires_in: lifetime,
    ...(mode === 'push' ? {} : { interval: rules.interval }),
  }
}

/** §5 */
function modeOf(client: Client, { modes }: EndpointRules): DeliveryMode {
  const mode = modes.find((known) => known === deliveryModeOf(client))
  if (mode === undefined) throw unauthorizedClient('the delivery mode of the client is not supported')
  if (mode === 'poll') return mode
  if (notificationEndpointOf(client) === null) {
    throw unauthorizedClient('the client has no backchannel_client_notification_endpoint')
  }
  if (mode === 'push' && boundMembers.some((name) => client.metadata[name] === true)) {
    throw unauthorizedClient('tokens of the client are bound to a key, and cannot be pushed')
  }
  return mode
}

/** The parameters, from the signed request of a client that signs. §7.1.1 */
async function readRequest(
  { signingAlgorithms, requireSignedRequests }: EndpointRules,
  { server, client, params }: ClientRequest,
): Promise<{ params: Params; via: readonly string[] }> {
  const jwt = params.get('request')
  const alg = signingAlg.read(client)
  if (jwt === undefined && requireSignedRequests) throw invalidRequest('requests must be signed')
  if (jwt === undefined && alg === undefined) return { params, via: [] }
  if (jwt === undefined) throw invalidRequest('the client is registered for signed requests')
  if (alg === undefined) throw invalidRequest('the client is registered for no signed requests')
  const own = ['request', 'client_id', ...Object.keys(CREDENTIALS)]
  if ([...params.names()].some((name) => !own.includes(name))) {
    throw invalidRequest('a parameter stands beside the signed request')
  }
  try {
    const claims = await verifySignedRequest(
      jwt,
      { server, client },
      {
        algorithms: signingAlgorithms.filter((one) => one === alg),
        clientIdOptional: true,
        required: ['exp', 'iat', 'nbf', 'jti'],
        maxLifetime: 3600,
      },
    )
    return { params: Params.of(signedParams(claims)), via: ['signed'] }
  } catch (error) {
    if (!(error instanceof OAuth2Error) || error.code !== 'invalid_request_object') throw error
    // §13 has no code of its own for it
    throw invalidRequest('the signed request is not valid', { reason: error.reason ?? error.description, cause: error })
  }
}

/** §7.1: a bearer token of the client, with which the server will call it. */
function readNotificationToken(params: Params, mode: DeliveryMode): string | undefined {
  if (mode === 'poll') return undefined
  const token = params.get('client_notification_token')
  if (token === undefined) throw invalidRequest('client_notification_token is missing')
  if (token.length > 1024 || !/^[\w.~+/-]+=*$/.test(token)) {
    throw invalidRequest('client_notification_token is no bearer token of at most 1024 characters') // RFC 6750 §2.1
  }
  return token
}

function checkBindingMessage(params: Params, { acceptsBindingMessage, requireBindingMessage }: EndpointRules): void {
  const message = params.get('binding_message')
  if (requireBindingMessage && message === undefined && !params.has('authorization_details')) {
    throw invalidRequest('binding_message is missing')
  }
  if (message !== undefined && !acceptsBindingMessage(message)) throw new OAuth2Error('invalid_binding_message')
}

function lifetimeOf(params: Params, { lifetime, maxLifetime }: EndpointRules): number {
  const asked = params.get('requested_expiry')
  if (asked === undefined) return lifetime
  if (!/^[1-9]\d{0,9}$/.test(asked)) throw invalidRequest('requested_expiry is no positive integer')
  return Math.min(Number(asked), maxLifetime)
}

/** §7.2 steps 3 to 5 */
async function findSubject(rules: EndpointRules, request: BackchannelRequest): Promise<string> {
  const { server, client, params } = request
  const [kind, second] = (['login_hint', 'login_hint_token', 'id_token_hint'] as const).filter((name) =>
    params.has(name),
  )
  if (kind === undefined) throw invalidRequest('a hint about the end-user is missing')
  if (second !== undefined) throw invalidRequest('there is more than one hint about the end-user')
  if (kind === 'id_token_hint') {
    const { subject } = server.requests.demands(request) // of the extension that verifies ID Tokens
    if (subject === undefined) throw invalidRequest('id_token_hint is not supported')
    return subject
  }
  const subject = await rules.findSubject({ server, client, kind, value: params.get(kind) ?? '' })
  if (subject === null) throw new OAuth2Error('unknown_user_id')
  return subject
}

/** §7.1.2: one that is wrong is a guess. */
async function checkUserCode(
  { acceptsUserCode }: EndpointRules,
  { server, client, http }: ClientRequest,
  { subject, userCode }: Pick<UserCodeCheck, 'subject' | 'userCode'>,
): Promise<void> {
  if (acceptsUserCode === undefined) return
  if (userCode !== undefined && sendsUserCode.read(client) !== true) {
    throw invalidRequest('the client is not registered with backchannel_user_code_parameter')
  }
  const attempt = { kind: 'user_code', endpoint: ENDPOINT, clientId: client.clientId, http } as const
  const check = async (): Promise<boolean> => acceptsUserCode({ server, client, subject, userCode })
  const wrong = userCode === undefined ? () => null : isWrong
  if (await limited(server, attempt, wrong, check)) return
  throw new OAuth2Error(userCode === undefined ? 'missing_user_code' : 'invalid_user_code')
}

function isWrong(outcome: { readonly result: boolean } | { readonly error: OAuth2Error }): string | null {
  return 'result' in outcome && !outcome.result ? 'wrong user code' : null
}

/** Members of the registration. §4 @throws OAuth2Error `invalid_client_metadata` */
export function checkRegistration(
  { modes, signingAlgorithms, requireSignedRequests }: EndpointRules,
  { metadata }: Pick<RegistrationRequest, 'metadata'>,
): void {
  const grants = metadata['grant_types']
  const mode = metadata['backchannel_token_delivery_mode']
  if (mode === undefined && !(Array.isArray(grants) && grants.includes(CIBA))) return
  if (!modes.some((known) => known === mode)) throw invalidMember('backchannel_token_delivery_mode is not supported')
  const uri = metadata['backchannel_client_notification_endpoint']
  if (mode !== 'poll' && !(typeof uri === 'string' && isHttps(uri))) {
    throw invalidMember('backchannel_client_notification_endpoint is no https URL')
  }
  const alg = metadata['backchannel_authentication_request_signing_alg']
  if (alg !== undefined && !signingAlgorithms.some((known) => known === alg)) {
    throw invalidMember('backchannel_authentication_request_signing_alg is not supported')
  }
  if (alg === undefined && requireSignedRequests) {
    throw invalidMember('backchannel_authentication_request_signing_alg is missing: requests must be signed')
  }
  if (mode === 'push' && boundMembers.some((name) => metadata[name] === true)) {
    throw invalidMember('tokens that are bound to a key cannot be pushed')
  }
}

function invalidMember(description: string): OAuth2Error {
  return new OAuth2Error('invalid_client_metadata', description)
}
