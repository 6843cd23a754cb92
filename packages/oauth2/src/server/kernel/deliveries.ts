/**
 * Sends what is due. One process wins each delivery; what fails is tried again, later each time. Loaded by the first delivery:
 * a server that tells no one anything does not carry it.
 */

import type { StoredRecord } from '@authlib/core'
import type { DeliveryResult, Server } from '../contract/server.ts'
import { DELIVERY_KIND, DUE_TAG, type DeliveryData } from '../records/delivery-data.ts'
import type { Registry } from './registry.ts'

/** Seconds until the next attempt, by the number of those before. */
const BACK_OFF: readonly number[] = [30, 120, 600, 3600]

/** Deliveries at once. */
const PARALLEL = 20

export async function deliverDue(server: Server, registry: Registry): Promise<DeliveryResult> {
  let [delivered, failed] = [0, 0]
  let after: string | undefined
  do {
    const page = await server.store.list({ kind: DELIVERY_KIND, by: 'tag', value: DUE_TAG, after, limit: PARALLEL })
    const results = await Promise.all(page.items.map((record) => deliverOne(server, registry, record)))
    delivered += results.filter((result) => result === true).length
    failed += results.filter((result) => result === false).length
    after = page.next
  } while (after !== undefined)
  return { delivered, failed }
}

/** Undefined: it is not due, or another process has it. */
async function deliverOne(server: Server, registry: Registry, record: StoredRecord): Promise<boolean | undefined> {
  const now = server.clock()
  const delivery = record.data as DeliveryData // sound: deliveryRecord wrote it
  if (delivery.at > now || record.expiresAt <= now) return undefined
  const claimed = await claim(server, record, delivery, now)
  if (!claimed) return undefined
  const { name, data, attempts } = delivery
  const { reason, again } = await attempt(server, registry, delivery)
  if (reason !== null) {
    server.emit({ type: 'delivery.failed', at: server.clock(), name, attempts: attempts + 1, reason, data })
    if (again) return false
  }
  const { kind, id, partition, revision } = claimed
  const expect = [{ kind, id, revision }]
  await server.store.commit({ partition, now: server.clock(), expect, put: [], remove: [[kind, id]] })
  if (reason !== null) return false
  server.emit({ type: 'delivery.done', at: server.clock(), name, attempts: attempts + 1, data })
  return true
}

/** Moved to the time of the next attempt: should this process die now, another one goes on then. */
async function claim(
  server: Server,
  record: StoredRecord,
  { attempts, ...rest }: DeliveryData,
  now: number,
): Promise<StoredRecord | null> {
  const { kind, id, partition, revision } = record
  const at = now + (BACK_OFF[Math.min(attempts, BACK_OFF.length - 1)] ?? 3600)
  const data: DeliveryData = { ...rest, at, attempts: attempts + 1 }
  const claimed: StoredRecord = { ...record, revision: revision + 1, data }
  const expect = [{ kind, id, revision }]
  return (await server.store.commit({ partition, now, expect, put: [claimed], remove: [] })) ? claimed : null
}

interface Outcome {
  /** Null: it arrived. */
  readonly reason: string | null
  readonly again: boolean
}

async function attempt(server: Server, registry: Registry, { name, data }: DeliveryData): Promise<Outcome> {
  const registered = registry.byKind.delivery.get(name)
  if (!registered) return { reason: 'nothing of this name is registered', again: true }
  try {
    const result = await registered.deliver(data, server)
    return { reason: result === true ? null : 'it was not accepted', again: result === false }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error), again: true }
  }
}
