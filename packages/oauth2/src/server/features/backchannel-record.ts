/**
 * What is kept of an authentication request between the client that sent it, the person who answers and the tokens.
 *
 * @spec CIBA Core §7.3
 */

import { Params, type StoredRecord } from '@authlib/core'
import { decodeUtf8 } from '@authlib/core/kit'
import type { Authorization } from '../contract/authorization.ts'
import type { Client } from '../contract/client.ts'
import type { BackchannelRequest } from '../contract/requests.ts'
import type { Environment, Server } from '../contract/server.ts'
import { AUTHORIZATION_KIND, readAuthorization } from '../records/authorization.ts'

/** The `grant_type`. CIBA Core §4 */
export const CIBA = 'urn:openid:params:grant-type:ciba'

/** How a client gets the result. CIBA Core §5 */
export type DeliveryMode = 'poll' | 'ping' | 'push'

/** `kind` of the record. */
const REQUEST_KIND = 'backchannel_request'

/** How long a client that polls on is told that its request has expired, in seconds. */
const EXPIRY_MEMORY = 600

/** What the record holds. */
export type BackchannelData = {
  readonly version: 1
  /** Hash of the `auth_req_id`. */
  readonly hash: string
  readonly clientId: string
  /** The parameters without credentials, form-encoded. */
  readonly query: string
  readonly via: readonly string[]
  /** Whom the hint names: no one else can answer. */
  readonly subject: string
  readonly mode: DeliveryMode
  readonly until: number
  /** Seconds that a poll must come after the one before. */
  readonly interval: number
  readonly polledAt?: number | undefined
  /** The tokens were given. The record stays, so that answering twice is harmless. */
  readonly redeemed?: boolean | undefined
  /** {@link Callback}, for `ping` and `push`. */
  readonly callback?: string | undefined
}

/** What the server says when it calls the client. */
export type Callback = { readonly authReqId: string; readonly token: string }

/** What is stored of a request. */
export interface StoredRequest {
  readonly record: StoredRecord | null
  readonly data: BackchannelData | null
  /** Null: not answered, or its authorization has expired. */
  readonly authorization: Authorization | null
  readonly answered: boolean
}

/** The record and its answer, in one read. */
export async function loadRequest(server: Environment, authorizationId: string): Promise<StoredRequest> {
  const [stored, answer] = await server.store.get(authorizationId, [
    [REQUEST_KIND, authorizationId],
    [AUTHORIZATION_KIND, authorizationId],
  ])
  const now = server.clock()
  const record = stored && stored.expiresAt > now ? stored : null
  return {
    record,
    data: record && (record.data as BackchannelData), // sound: requestRecord wrote it
    authorization: readAuthorization(answer, now),
    answered: answer !== null && answer !== undefined,
  }
}

/** The record of a new request. */
export function requestRecord(authorizationId: string, data: BackchannelData): StoredRecord {
  const { until, subject, clientId } = data
  return {
    kind: REQUEST_KIND,
    id: authorizationId,
    partition: authorizationId,
    revision: 1,
    expiresAt: until + EXPIRY_MEMORY,
    index: { subject, client: clientId },
    data,
  }
}

/** Keeps what must be sent later away from who reads the store. */
export async function sealCallback(server: Environment, id: string, callback: unknown): Promise<string> {
  return server.sealer('backchannel_callback').seal(JSON.stringify(callback), id)
}

/** What {@link sealCallback} has sealed; null when the secrets of the server have changed. */
export async function openCallback<T>(server: Environment, id: string, sealed: string): Promise<T | null> {
  const opened = await server.sealer('backchannel_callback').open(sealed, id)
  return opened && (JSON.parse(decodeUtf8(opened)) as T) // sound: sealed under the server's secrets, with the id as context
}

/** How the client is registered to get the result; `poll` when it does not say. */
export function deliveryModeOf({ metadata }: Pick<Client, 'metadata'>): string {
  const mode = metadata['backchannel_token_delivery_mode']
  return typeof mode === 'string' ? mode : 'poll'
}

/**
 * The request that waits for an answer, by the `id` that `notify` was given. Ask the person, then
 * `server.requests.answer(request, decision)`, or hand it to `server.interaction.begin(request, http)`. Only the subject that
 * the hint names can answer. Null when the id is not known, the request was answered or has expired.
 *
 * @example
 * const request = await findBackchannelRequest(server, id)
 * if (request) await server.requests.answer(request, { subject: session.subject, authTime: session.authTime })
 */
export async function findBackchannelRequest(server: Server, id: string): Promise<BackchannelRequest | null> {
  const { data, answered } = await loadRequest(server, id)
  const now = server.clock()
  if (!data || answered || data.until <= now) return null
  const client = await server.clients.find(data.clientId, { endpoint: 'backchannel_authentication' })
  if (!client) return null
  const { query, via } = data
  const params = Params.parse(query)
  return server.requests.backchannel({ grantType: CIBA, client, params, authorizationId: id, receivedAt: now, via })
}
