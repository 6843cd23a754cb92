/** What a batch has written for others is sent at once, after it was committed. */

import type { StoredRecord } from '@authlib/core'
import type { Changes } from '../contract/plans.ts'
import type { Server } from '../contract/server.ts'
import { DELIVERY_KIND } from '../records/delivery-data.ts'

export function deliverSoon(server: Server, ...changes: readonly (Changes | undefined)[]): void {
  const written = changes.some((one) => one?.put?.some(isDelivery))
  if (written) server.background(() => server.deliverDue())
}

function isDelivery({ kind }: StoredRecord): boolean {
  return kind === DELIVERY_KIND
}
