/**
 * The device authorization grant: a device without a browser shows a code, and the person answers elsewhere.
 *
 * @spec RFC 8628
 */

import {
  constantTimeEqual,
  jsonResponse,
  noStore,
  Params,
  randomToken,
  readForm,
  readQuery,
  type HttpRequest,
  type HttpResponse,
  type StoredRecord,
} from '@authlib/core'
import { assertSeconds, refuseUnknownOptions, sha256Base64url } from '@authlib/core/kit'
import { accessDenied, invalidGrant, invalidRequest, OAuth2Error, temporarilyUnavailable } from '../../errors.ts'
import { AuthorizationError } from '../authorization-error.ts'
import type { Extension } from '../contract/extension.ts'
import type { TokenPlan } from '../contract/plans.ts'
import type { Endpoint, Grant } from '../contract/registrable.ts'
import type { BackchannelRequest, ClientRequest, TokenRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { AUTHORIZATION_KIND, readAuthorization } from '../records/authorization.ts'
import { limited, type Outcome } from '../rate-limit.ts'
import { authorizationIdOf, createTokenText } from '../records/token-text.ts'
import { codePage, connectedPage, refusedPage } from './device-page.ts'
import { createUserCode, findUserCode, formatUserCode, normalizeUserCode, storeUserCode } from './device-user-code.ts'
import { tokenEndpoint } from './token-endpoint.ts'

export interface DeviceAuthorizationOptions {
  /** Seconds in which the person can answer. Default 600. */
  readonly lifetime?: number | undefined
  /** Seconds between two polls of the device. Default 5. §3.2 */
  readonly interval?: number | undefined
  /** Wrong codes that all visitors together may enter within a minute. Default 60. §5.1 */
  readonly wrongCodes?: number | undefined
  /**
   * URL of a page of your own in place of `/device`: it reads the code and calls {@link findDeviceRequest}. Keep it short,
   * people type it.
   */
  readonly verificationUri?: string | undefined
}

export interface FindDeviceRequestOptions extends Pick<DeviceAuthorizationOptions, 'wrongCodes'> {
  /** The request in which the code came, for the `rateLimit` of the server. */
  readonly http?: HttpRequest | undefined
}

/** The `grant_type`. RFC 8628 §3.4 */
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

const KIND = 'device_request'
const PREFIX = 'dc'

/** How long a device that polls on is told that its code has expired, in seconds. */
const EXPIRY_MEMORY = 600

type DeviceData = {
  readonly version: 1
  readonly codeHash: string
  readonly clientId: string
  /** The parameters of the device, form-encoded. */
  readonly query: string
  readonly until: number
  /** Seconds that a poll must come after the one before. */
  readonly interval: number
  readonly polledAt?: number | undefined
}

const OPTIONS: Readonly<Record<keyof DeviceAuthorizationOptions, true>> = {
  lifetime: true,
  interval: true,
  wrongCodes: true,
  verificationUri: true,
}

/**
 * Adds `/device_authorization` for devices, and `/device`, where people enter the code. Login and consent are those of the
 * registered interaction; consent is asked for each time, so that no one connects a device of someone else unawares.
 *
 * @example
 * server.registerGrant(deviceAuthorizationGrant())
 */
export function deviceAuthorizationGrant(options: DeviceAuthorizationOptions = {}): Grant {
  refuseUnknownOptions('deviceAuthorizationGrant', options, OPTIONS)
  const { lifetime = 600, interval = 5, wrongCodes = 60, verificationUri } = options
  assertSeconds({ lifetime, interval }, 1)
  const page = verificationUri === undefined ? [verificationEndpoint(wrongCodes)] : []
  return {
    kind: 'grant',
    grantType: DEVICE_CODE,
    settings: { lifetime, interval, wrongCodes },
    includes: [tokenEndpoint, authorizationEndpoint({ lifetime, interval, verificationUri }), ...page, alwaysConsent],
    backchannel: {
      granted: () => ({ response: connectedPage() }),
      refused: () => ({ response: refusedPage() }),
    },
    exchange: redeemDeviceCode,
  }
}

/**
 * The request of the device that shows this code, for a verification page of your own: ask the person, then
 * `server.requests.answer(request, decision)`, or hand it to `server.interaction.begin(request, http)`. Null when the code is
 * not known, was answered or has expired.
 *
 * @throws OAuth2Error `slow_down` (429) when too many wrong codes were entered lately, `temporarily_unavailable` (429) when
 * the `rateLimit` of the server refuses
 */
export async function findDeviceRequest(
  server: Server,
  userCode: string,
  { wrongCodes = 60, http }: FindDeviceRequestOptions = {},
): Promise<BackchannelRequest | null> {
  const code = normalizeUserCode(userCode)
  const attempt = { kind: 'user_code', endpoint: 'device_verification', http } as const
  const authorizationId = await limited(server, attempt, isWrongCode, () => findUserCode(server, code, wrongCodes))
  if (authorizationId === null) return null
  const { record, answered } = await load(server, authorizationId)
  if (!record || answered) return null
  const { clientId, query, until } = record.data as DeviceData // sound: written by the endpoint below
  const client = await server.clients.find(clientId, { endpoint: 'device_verification' })
  const now = server.clock()
  if (!client || until <= now) return null
  const params = Params.parse(query).with({ user_code: formatUserCode(code) }) // for pages to show
  return server.requests.backchannel({ grantType: DEVICE_CODE, client, params, authorizationId, receivedAt: now })
}

function isWrongCode(outcome: Outcome<string | null>): string | null {
  return 'result' in outcome && outcome.result === null ? 'unknown user code' : null
}

/** Where devices ask. §3.1 */
function authorizationEndpoint({
  lifetime,
  interval,
  verificationUri,
}: {
  lifetime: number
  interval: number
  verificationUri: string | undefined
}): Endpoint {
  return {
    kind: 'endpoint',
    name: 'device_authorization',
    path: '/device_authorization',
    methods: ['POST'],
    cors: true,
    direct: true,
    async handle(http, server) {
      const request = await server.clients.receive(http, 'device_authorization')
      const { client, now } = request
      const authorizationId = randomToken(server.random, 16)
      const params = withoutCredentials(request)
      await server.requests.backchannel({ grantType: DEVICE_CODE, client, params, authorizationId, receivedAt: now })
      const deviceCode = createTokenText(server, PREFIX, authorizationId)
      const data: DeviceData = {
        version: 1,
        codeHash: await sha256Base64url(deviceCode),
        clientId: client.clientId,
        query: params.toString(),
        until: now + lifetime,
        interval,
      }
      await server.store.commit({
        partition: authorizationId,
        now,
        expect: [],
        put: [recordOf(authorizationId, data)],
        remove: [],
      })
      const userCode = formatUserCode(await newUserCode(server, authorizationId, now + lifetime))
      const uri = verificationUri ?? server.url('device_verification')
      const answer = {
        device_code: deviceCode,
        user_code: userCode,
        verification_uri: uri,
        verification_uri_complete: `${uri}${uri.includes('?') ? '&' : '?'}user_code=${userCode}`,
        expires_in: lifetime,
        interval,
      }
      return jsonResponse(200, answer, noStore) // §3.2
    },
  }
}

/** Where people enter the code. §3.3 */
function verificationEndpoint(wrongCodes: number): Endpoint {
  return {
    kind: 'endpoint',
    name: 'device_verification',
    path: '/device',
    methods: ['GET', 'POST'],
    cors: false,
    metadata: () => ({}),
    async handle(http, server) {
      if (http.method !== 'POST') return codePage(200, { code: readQuery(http).get('user_code') ?? '' }) // §3.3.1: to be confirmed
      try {
        return await enterCode(http, server, wrongCodes)
      } catch (error) {
        throw error instanceof OAuth2Error ? new AuthorizationError(error, null) : error // a person is looking at it
      }
    },
  }
}

async function enterCode(http: HttpRequest, server: Server, wrongCodes: number): Promise<HttpResponse> {
  const code = (await readForm(http)).get('user_code') ?? ''
  const request = await findDeviceRequest(server, code, { wrongCodes, http })
  if (!request)
    return codePage(400, { code, fault: 'This code is not valid. Check it, or let your device show a new one.' })
  return server.interaction.begin(request, http)
}

/** Free of side effects: what a poll changes is in its plan. §3.5 */
async function redeemDeviceCode({ params, client, server, now }: TokenRequest): Promise<TokenPlan> {
  const text = params.get('device_code')
  if (text === undefined) throw invalidRequest('device_code is missing')
  const partition = authorizationIdOf(PREFIX, text)
  if (partition === null) throw invalidGrant('', { reason: 'not a device code' })
  const { record, authorization } = await load(server, partition)
  if (!record) throw invalidGrant('', { reason: 'unknown or redeemed device code' })
  const data = record.data as DeviceData // sound: written by the endpoint above
  if (!constantTimeEqual(await sha256Base64url(text), data.codeHash))
    throw invalidGrant('', { reason: 'wrong device code' })
  if (data.clientId !== client.clientId) throw invalidGrant('', { reason: 'device code of another client' })
  if (authorization?.status === 'revoked') throw accessDenied()
  const { kind, id, revision } = record
  const expect = [{ kind, id, revision }]
  if (authorization) {
    const changes = { expect, remove: [[kind, id] as const] } // redeemed once
    return { authorization, scope: authorization.scope, refreshable: true, update: { status: 'active' }, changes }
  }
  if (data.until <= now) throw new OAuth2Error('expired_token')
  const early = data.polledAt !== undefined && now < data.polledAt + data.interval
  const interval = early ? data.interval + 5 : data.interval // §3.5: for all that follow
  const next = { ...record, revision: revision + 1, data: { ...data, interval, polledAt: now } }
  return {
    partition,
    refuse: new OAuth2Error(early ? 'slow_down' : 'authorization_pending'),
    changes: { expect, put: [next] },
  }
}

/** Anyone who posts a code in someone's browser must not connect a device there unseen. §5.4 */
const alwaysConsent: Extension = {
  kind: 'extension',
  name: 'device_consent',
  demands: (request) =>
    request.kind === 'backchannel' && request.grantType === DEVICE_CODE ? { prompt: ['consent'] } : undefined,
}

async function load(
  server: Server,
  authorizationId: string,
): Promise<{
  record: StoredRecord | null
  authorization: ReturnType<typeof readAuthorization>
  answered: boolean
}> {
  const [record, stored] = await server.store.get(authorizationId, [
    [KIND, authorizationId],
    [AUTHORIZATION_KIND, authorizationId],
  ])
  const now = server.clock()
  const live = record && record.expiresAt > now ? record : null
  return {
    record: live,
    authorization: readAuthorization(stored, now),
    answered: stored !== null && stored !== undefined,
  }
}

function recordOf(id: string, data: DeviceData): StoredRecord {
  return { kind: KIND, id, partition: id, revision: 1, expiresAt: data.until + EXPIRY_MEMORY, data }
}

/** What the device asks for. Its credentials are kept nowhere. */
function withoutCredentials({ params, client }: ClientRequest): Params {
  const credentials = { client_secret: undefined, client_assertion: undefined, client_assertion_type: undefined }
  return params.with({ ...credentials, client_id: client.clientId })
}

/** Two devices must not show the same code at the same time. */
async function newUserCode(server: Server, authorizationId: string, expiresAt: number): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const code = createUserCode(server.random)
    if (await storeUserCode(server, code, { authorizationId, expiresAt })) return code
  }
  throw temporarilyUnavailable('', { reason: 'no user code is free' })
}
