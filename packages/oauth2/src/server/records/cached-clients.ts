/** A memory in front of a client source, for sources that cost a round trip. */

import { systemClock, type Awaitable, type Clock } from '@authlib/core'
import { assertSeconds, recentMap } from '@authlib/core/kit'
import type { Client, ClientSource, ClientStore } from '../contract/client.ts'

export interface CachedClientsOptions {
  /** Clients kept at most; those that were not asked for lately go first. Default 10,000. */
  readonly size?: number | undefined
  /** Seconds for which an unknown `client_id` is kept as unknown. 0: not at all. Default 5, or `seconds` if that is less. */
  readonly unknownSeconds?: number | undefined
  readonly clock?: Clock | undefined
}

/** Of unknown ids, which anyone may send, fewer are kept, apart from the clients, and no long ones. */
const UNKNOWN = { size: 1000, length: 255 }

/**
 * Keeps what `source` finds for `seconds`. Requests for one client that arrive together share one look-up; errors are not
 * kept. A change that is made elsewhere is seen after `seconds` at most, so keep them few: a removed client or a revoked
 * secret still works until then. `save`, `update` and `remove` of the returned source are seen at once, in this
 * process.
 *
 * @throws TypeError when `seconds` is not a number of at least 1
 * @example
 * const clients = cachedClients({ find: (clientId) => db.findClient(clientId) }, 30)
 * new AuthorizationServer({ issuer, store, secrets, clients })
 */
export function cachedClients(source: ClientStore, seconds: number, options?: CachedClientsOptions): ClientStore
export function cachedClients(source: ClientSource, seconds: number, options?: CachedClientsOptions): ClientSource
export function cachedClients(
  source: ClientSource | ClientStore,
  seconds: number,
  { size = 10_000, unknownSeconds = Math.min(seconds, 5), clock = systemClock }: CachedClientsOptions = {},
): ClientSource | ClientStore {
  assertSeconds({ seconds }, 1)
  assertSeconds({ unknownSeconds })
  // By client, then by the endpoint that asks: a source may answer them differently.
  const found = recentMap<Map<string, Kept>>(size)
  const unknown = recentMap<Map<string, Kept>>(UNKNOWN.size)
  const flights = new Map<string, Map<string, Promise<Client | null>>>()

  function find(clientId: string, about: { readonly endpoint?: string | undefined } = {}): Awaitable<Client | null> {
    const endpoint = about.endpoint ?? ''
    const now = clock()
    for (const kept of [found, unknown]) {
      const entry = kept.get(clientId)?.get(endpoint)
      if (entry && now < entry.until) return entry.client
    }
    const underWay = flights.get(clientId)?.get(endpoint)
    if (underWay) return underWay
    const flightsOfClient = flights.get(clientId) ?? new Map<string, Promise<Client | null>>()
    const flight = lookUp(clientId, about).then(
      (client) => {
        // Not after `forget`: it may have been read before the change.
        if (land(flightsOfClient, clientId, endpoint)) keep(clientId, endpoint, client)
        return client
      },
      (error: unknown) => {
        land(flightsOfClient, clientId, endpoint)
        throw error
      },
    )
    flightsOfClient.set(endpoint, flight)
    flights.set(clientId, flightsOfClient)
    return flight
  }

  async function lookUp(clientId: string, about: { readonly endpoint?: string | undefined }): Promise<Client | null> {
    return source.find(clientId, about)
  }

  /** True: what it brings may be kept. */
  function land(own: Map<string, unknown>, clientId: string, endpoint: string): boolean {
    own.delete(endpoint)
    if (flights.get(clientId) !== own) return false
    if (own.size === 0) flights.delete(clientId)
    return true
  }

  function keep(clientId: string, endpoint: string, client: Client | null): void {
    const lifetime = client ? seconds : unknownSeconds
    if (lifetime === 0 || (client === null && clientId.length > UNKNOWN.length)) return
    const kept = client ? found : unknown
    const entries = kept.get(clientId) ?? new Map<string, Kept>()
    entries.set(endpoint, { client, until: clock() + lifetime })
    kept.set(clientId, entries)
  }

  function forget(clientId: string): void {
    found.delete(clientId)
    unknown.delete(clientId)
    flights.delete(clientId)
  }

  const { configured } = source
  if (!('save' in source)) return { configured, find }
  return {
    configured,
    find,
    async save(client) {
      await source.save(client).finally(() => forget(client.clientId)) // a failed write may have been written
    },
    async update(clientId, change) {
      return source.update(clientId, change).finally(() => forget(clientId))
    },
    async remove(clientId) {
      await source.remove(clientId).finally(() => forget(clientId))
    },
  }
}

interface Kept {
  readonly client: Client | null
  readonly until: number
}
