/**
 * Telling the person that someone asks, and the client that the person has answered. Both are written with what they are
 * about, and sent again after a crash.
 *
 * @spec CIBA Core §9 §10.2 §10.3 §12
 */

import { AuthlibError, type Awaitable, type JsonObject, type StoredRecord } from '@authlib/core'
import type { Client } from '../contract/client.ts'
import type { Delivery } from '../contract/registrable.ts'
import type { BackchannelRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { deliveryRecord } from '../records/deliveries.ts'
import { findBackchannelRequest, loadRequest, openCallback, sealCallback, type Callback } from './backchannel-record.ts'

/** A person who is to be asked. */
export interface BackchannelNotification {
  readonly server: Server
  readonly client: Client
  /** Who is asked. */
  readonly subject: string
  /** For `findBackchannelRequest`, in an application of your own on the device of the person. */
  readonly id: string
  /** A page that leads the person through login and consent. Undefined when no pages are registered. */
  readonly url: string | undefined
  /** To be shown on both devices, so that the person can compare. */
  readonly bindingMessage: string | undefined
  readonly scope: readonly string[]
  readonly request: BackchannelRequest
}

const ASK = 'backchannel_authentication'
const CALL = 'backchannel_callback'

/** Record of the batch that stores the request. */
export function askRecord(server: Server, authorizationId: string): StoredRecord {
  return deliveryRecord(server, { name: ASK, partition: authorizationId, data: { id: authorizationId } })
}

/** Asks the person, as long as the request waits for an answer. */
export function askDelivery(notify: (notification: BackchannelNotification) => Awaitable<void>): Delivery {
  return {
    kind: 'delivery',
    name: ASK,
    async deliver({ id }, server) {
      if (typeof id !== 'string') return true
      const request = await findBackchannelRequest(server, id)
      const { data } = await loadRequest(server, id)
      if (!request || !data) return true // answered or expired
      await notify({
        server,
        client: request.client,
        subject: data.subject,
        id,
        url: server.interaction.mode === 'pages' ? server.url('backchannel_approval', id) : undefined,
        bindingMessage: request.params.get('binding_message'),
        scope: request.scope,
        request,
      })
      return true
    },
  }
}

type CallData = { readonly clientId: string; readonly until: number; readonly id: string; readonly sealed: string }

/** Record of the batch that stores the answer. `until`: not worth telling later. */
export async function callRecord(
  server: Server,
  { clientId, until, id }: Omit<CallData, 'sealed'>,
  { token, authReqId }: Callback,
  members: JsonObject = {},
): Promise<StoredRecord> {
  const sealed = await sealCallback(server, id, { token, body: { auth_req_id: authReqId, ...members } })
  const data: CallData = { clientId, until, id, sealed }
  return deliveryRecord(server, { name: CALL, partition: id, data })
}

/** Calls the client at its `backchannel_client_notification_endpoint`. */
export const callDelivery: Delivery = {
  kind: 'delivery',
  name: CALL,
  async deliver(data, server) {
    const { clientId, until, id, sealed } = data as CallData // sound: callRecord wrote it
    const client = await server.clients.find(clientId)
    const uri = client && notificationEndpointOf(client)
    if (uri === null || until <= server.clock()) return true // no one is left to tell
    const call = await openCallback<{ token: string; body: JsonObject }>(server, id, sealed)
    if (!call) return true // sealed under a secret that is gone
    const headers = { authorization: `Bearer ${call.token}`, 'content-type': 'application/json' }
    try {
      const body = JSON.stringify(call.body)
      const { status } = await server.send(uri, { headers, body, timeout: 5, maxBody: 65_536 })
      if (status === 204 || status === 200) return true // §10.2, §10.3
      if (status < 500 && !PASSING.has(status)) return 'refused'
      throw new Error(`HTTP status ${status}`)
    } catch (error) {
      if (error instanceof AuthlibError && error.code === 'unexpected_redirect') return 'refused' // §10.2: not followed
      throw error
    }
  },
}

/** Answers that ask for another time: 408, 425 and 429. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429])

/** Where the client is called. */
export function notificationEndpointOf({ metadata }: Pick<Client, 'metadata'>): string | null {
  const uri = metadata['backchannel_client_notification_endpoint']
  return typeof uri === 'string' ? uri : null
}
