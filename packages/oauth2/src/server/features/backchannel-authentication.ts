/**
 * Client-initiated backchannel authentication: a client asks for a person by a hint, and the person answers on a device of
 * their own.
 *
 * @spec CIBA Core
 */

import { constantTimeEqual, type Awaitable, type JsonObject } from '@authlib/core'
import { assertBooleans, assertSeconds, refuseUnknownOptions, sha256Base64url } from '@authlib/core/kit'
import type { JwsAlgorithmName } from '@authlib/jose'
import { accessDenied, invalidGrant, invalidRequest, OAuth2Error, unauthorizedClient } from '../../errors.ts'
import type { Authorization, Slot } from '../contract/authorization.ts'
import type { Client } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import { moment, on, type Moment } from '../contract/moments.ts'
import type { BackchannelPlan, Changes, TokenPlan } from '../contract/plans.ts'
import type { Grant } from '../contract/registrable.ts'
import { clientRegistering } from '../contract/registration.ts'
import type { BackchannelRequest, InteractionRequest, TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { slot } from '../records/authorization.ts'
import { authorizationIdOf } from '../records/token-text.ts'
import {
  approvalEndpoint,
  backchannelEndpoint,
  checkRegistration,
  PREFIX,
  type EndpointRules,
  type SubjectHint,
  type UserCodeCheck,
} from './backchannel-endpoint.ts'
import { askDelivery, callDelivery, callRecord, type BackchannelNotification } from './backchannel-notification.ts'
import { approvedPage, refusedPage } from './backchannel-page.ts'
import { CIBA, loadRequest, openCallback, type Callback, type DeliveryMode } from './backchannel-record.ts'
import { tokenEndpoint } from './token-endpoint.ts'

export interface BackchannelAuthenticationOptions {
  /**
   * The subject that a hint means; null answers `unknown_user_id`. A `login_hint_token` has the form that you agree on with
   * your clients: verify it, and throw `new OAuth2Error('expired_login_hint_token')` when it is too old. An `id_token_hint`
   * is verified by `openId` of `@authlib/oidc`.
   */
  readonly findSubject: (hint: SubjectHint) => Awaitable<string | null>
  /**
   * Tells the person, such as by a push message with the `url`. What it throws is tried again, with a pause of 30 seconds
   * at first; it may be called twice for one request.
   */
  readonly notify: (notification: BackchannelNotification) => Awaitable<void>
  /**
   * How clients may get the result. Default `['poll', 'ping']`: tokens of `push` travel to a URL of the client, and are bound
   * to no key. FAPI-CIBA forbids it.
   */
  readonly modes?: readonly DeliveryMode[] | undefined
  /** Seconds in which the person can answer, unless the client asks for another time. Default 300. */
  readonly lifetime?: number | undefined
  /** Most seconds that a client gets by `requested_expiry`. Default 600. */
  readonly maxLifetime?: number | undefined
  /** Seconds between two polls. Default 5. */
  readonly interval?: number | undefined
  /**
   * Whether a `user_code` is the one of this person; with `userCode: undefined`, whether this client and person need none.
   * The `rateLimit` of the server hears of wrong ones. Default: user codes are not supported.
   */
  readonly acceptsUserCode?: ((check: UserCodeCheck) => Awaitable<boolean>) | undefined
  /** Whether a `binding_message` can be shown. Default: at most 64 letters, digits, spaces and signs of punctuation. */
  readonly acceptsBindingMessage?: ((message: string) => boolean) | undefined
  /** Signature algorithms of signed requests. Default ES256, ES384, EdDSA, PS256 and RS256; none: not supported. */
  readonly signingAlgorithms?: readonly JwsAlgorithmName[] | undefined
  /**
   * Whether every client must sign its requests, and so register `backchannel_authentication_request_signing_alg`. FAPI-CIBA
   * demands it. Default false: those that have registered it.
   */
  readonly requireSignedRequests?: boolean | undefined
  /**
   * Whether a request must have a `binding_message`, unless its `authorization_details` say what is authorised. FAPI-CIBA
   * demands it. Default false.
   */
  readonly requireBindingMessage?: boolean | undefined
}

/** Tokens on their way to a client in push mode. */
export interface PushedTokens {
  readonly server: Server
  readonly client: Client
  readonly authorization: Authorization
  readonly authReqId: string
  /** The token response. */
  readonly members: JsonObject
}

/** Replaces members of a pushed token response, such as `id_token`. CIBA Core §10.3.1 */
export const pushedTokens: Moment<PushedTokens, JsonObject> = moment('pushed_tokens')

/** Whom the request is about, once it is stored. */
const subjectSlot: Slot<string> = slot<string>('backchannelSubject')

const OPTIONS: Readonly<Record<keyof BackchannelAuthenticationOptions, true>> = {
  findSubject: true,
  notify: true,
  modes: true,
  lifetime: true,
  maxLifetime: true,
  interval: true,
  acceptsUserCode: true,
  acceptsBindingMessage: true,
  signingAlgorithms: true,
  requireSignedRequests: true,
  requireBindingMessage: true,
}

/**
 * Adds `/bc-authorize` for clients, and `/approve/:id`, where people answer with the registered login and consent pages.
 * Consent is asked for each time. Clients are registered with the grant type `urn:openid:params:grant-type:ciba` and a
 * `backchannel_token_delivery_mode`.
 *
 * @example
 * server.registerGrant(backchannelAuthenticationGrant({
 *   findSubject: ({ kind, value }) => (kind === 'login_hint' ? users.idByEmail(value) : null),
 *   notify: ({ subject, url, bindingMessage }) => phones.push(subject, { url, bindingMessage }),
 * }))
 */
export function backchannelAuthenticationGrant(options: BackchannelAuthenticationOptions): Grant {
  refuseUnknownOptions('backchannelAuthenticationGrant', options, OPTIONS)
  const { lifetime = 300, maxLifetime = 600, interval = 5, modes = ['poll', 'ping'] } = options
  const { signingAlgorithms = ['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256'] } = options
  const { requireSignedRequests = false, requireBindingMessage = false } = options
  assertSeconds({ lifetime, maxLifetime, interval }, 1)
  assertBooleans({ requireSignedRequests, requireBindingMessage })
  const { findSubject, notify, acceptsUserCode, acceptsBindingMessage = isShort } = options
  const rules: EndpointRules = {
    ...{ modes, lifetime, maxLifetime, interval, signingAlgorithms, findSubject, acceptsUserCode },
    ...{ acceptsBindingMessage, requireSignedRequests, requireBindingMessage },
  }
  return {
    kind: 'grant',
    grantType: CIBA,
    settings: { modes, lifetime, maxLifetime, interval, requireSignedRequests, requireBindingMessage },
    metadata: {
      backchannel_token_delivery_modes_supported: modes,
      backchannel_user_code_parameter_supported: acceptsUserCode !== undefined,
      ...(signingAlgorithms.length > 0 && {
        backchannel_authentication_request_signing_alg_values_supported: signingAlgorithms,
      }),
    },
    includes: [
      ...[tokenEndpoint, backchannelEndpoint(rules), approvalEndpoint],
      ...[askDelivery(notify), callDelivery, onlyTheSubject(rules)],
    ],
    backchannel: {
      granted,
      refused: async (request, error) => ({
        response: refusedPage(),
        changes: await tellOf(request, {
          error: error.code === 'access_denied' ? 'access_denied' : 'transaction_failed', // §12
        }),
      }),
    },
    exchange: redeem,
  }
}

/** Of any script, and nothing that a device would not show. */
function isShort(message: string): boolean {
  return /^[\p{L}\p{N}\p{Zs}.,:;!?#&+*/()_'-]{1,64}$/u.test(message)
}

/** Only the person whom the hint names can answer, and is asked each time. */
function onlyTheSubject(rules: EndpointRules): Extension {
  return {
    kind: 'extension',
    name: 'backchannel_authentication',
    handlers: [on(clientRegistering, (request) => checkRegistration(rules, request))],
    async validateAuthorizationRequest(request) {
      if (!isOurs(request)) return undefined
      const { data } = await loadRequest(request.server, request.authorizationId)
      if (!data) return undefined // the request of the client, not stored yet
      if (data.until <= request.server.clock()) throw invalidRequest('the request has expired')
      return subjectSlot.write(data.subject)
    },
    demands: (request) => (isOurs(request) ? { prompt: ['consent'], subject: subjectSlot.read(request) } : undefined),
    authorizing(request, { subject }) {
      if (!isOurs(request)) return
      const expected = subjectSlot.read(request)
      if (expected === undefined) throw invalidRequest('the request has expired')
      if (subject !== expected) throw new OAuth2Error('login_required', 'another end-user is meant')
    },
  }
}

function isOurs(request: InteractionRequest): boolean {
  return request.kind === 'backchannel' && request.grantType === CIBA
}

/** A client in ping mode is told, one in push mode gets its tokens. §10.2, §10.3 */
async function granted(request: BackchannelRequest, authorization: Authorization): Promise<BackchannelPlan> {
  const { server, client, authorizationId: id } = request
  const response = approvedPage()
  const { data, answered } = await loadRequest(server, id)
  if (data?.mode !== 'push' || answered) return { response, changes: await tellOf(request) }
  const callback = await callbackOf(server, id, data.callback)
  if (!callback) throw invalidRequest('the request has expired')
  const { scope } = authorization
  const update = { status: 'active' } as const
  const minted = await server.tokens.mint(request, { authorization, scope, refreshable: true, update })
  let { members } = minted
  for (const add of server.handlers(pushedTokens)) {
    members = { ...members, ...(await add({ server, client, authorization, authReqId: callback.authReqId, members })) }
  }
  const until = Math.max(data.until, authorization.expiresAt)
  const call = await callRecord(server, { clientId: client.clientId, id, until }, callback, members)
  return {
    response,
    changes: { ...minted.changes, put: [...(minted.changes?.put ?? []), call] },
    update: { ...minted.update, ...update },
  }
}

/** What is told of an answer: `failure` in push mode alone, as a ping has nothing but the `auth_req_id`. */
async function tellOf(request: BackchannelRequest, failure?: JsonObject): Promise<Changes | undefined> {
  const { server, client, authorizationId: id } = request
  const { data, answered } = await loadRequest(server, id)
  const callback = data && !answered ? await callbackOf(server, id, data.callback) : null
  if (!data || !callback) return undefined
  const about = { clientId: client.clientId, id, until: data.until }
  return { put: [await callRecord(server, about, callback, data.mode === 'push' ? failure : undefined)] }
}

async function callbackOf(server: Server, id: string, sealed: string | undefined): Promise<Callback | null> {
  return sealed === undefined ? null : openCallback<Callback>(server, id, sealed)
}

/** Free of side effects: what a poll changes is in its plan. §11 */
async function redeem({ params, client, server, now }: TokenRequest): Promise<TokenPlan> {
  const text = params.get('auth_req_id')
  if (text === undefined) throw invalidRequest('auth_req_id is missing')
  const partition = authorizationIdOf(PREFIX, text)
  if (partition === null) throw invalidGrant('', { reason: 'not an auth_req_id' })
  const { record, data, authorization } = await loadRequest(server, partition)
  if (!record || !data) throw invalidGrant('', { reason: 'unknown auth_req_id' })
  if (!constantTimeEqual(await sha256Base64url(text), data.hash)) {
    throw invalidGrant('', { reason: 'wrong auth_req_id' })
  }
  if (data.clientId !== client.clientId) throw invalidGrant('', { reason: 'auth_req_id of another client' })
  if (data.mode === 'push') throw unauthorizedClient('the client is registered for push')
  if (data.redeemed === true) throw invalidGrant('', { reason: 'redeemed auth_req_id' })
  if (authorization?.status === 'revoked') throw accessDenied()
  const expect = [{ kind: record.kind, id: record.id, revision: record.revision }]
  const next = (change: Partial<typeof data>): Changes => ({
    expect,
    put: [{ ...record, revision: record.revision + 1, data: { ...data, ...change } }],
  })
  if (authorization) {
    const { scope } = authorization
    return { authorization, scope, refreshable: true, update: { status: 'active' }, changes: next({ redeemed: true }) }
  }
  if (data.until <= now) throw new OAuth2Error('expired_token')
  const early = data.polledAt !== undefined && now < data.polledAt + data.interval
  const interval = early ? data.interval + 5 : data.interval // for all that follow
  return {
    partition,
    refuse: new OAuth2Error(early ? 'slow_down' : 'authorization_pending'),
    changes: next({ interval, polledAt: now }),
  }
}
