/**
 * What must be told to others after a commit, such as a logout token: a record of the same batch, so that a crash loses
 * nothing.
 */

import { randomToken, type JsonObject, type StoredRecord } from '@authlib/core'
import type { Environment } from '../contract/server.ts'
import { DELIVERY_KIND, DUE_TAG, type DeliveryData } from './delivery-data.ts'

/** What is to be delivered. */
export interface NewDelivery {
  /** Name of a registered `Delivery`. */
  readonly name: string
  /** What its `deliver` is given. No secrets: it is stored as it is. */
  readonly data: JsonObject
  /** Partition of the batch that writes it. */
  readonly partition: string
}

const DAY = 86_400

/**
 * A record to put into the batch of what is told: the changes of a plan or a moment are sent once they are written. After a
 * batch of your own, call `server.background(() => server.deliverDue())`. It is given up after a day.
 */
export function deliveryRecord(server: Environment, { name, data, partition }: NewDelivery): StoredRecord {
  const now = server.clock()
  const delivery: DeliveryData = { version: 1, name, data, at: now, attempts: 0 }
  return {
    kind: DELIVERY_KIND,
    id: randomToken(server.random, 16),
    partition,
    revision: 1,
    expiresAt: now + DAY,
    index: { tag: DUE_TAG },
    data: delivery,
  }
}
