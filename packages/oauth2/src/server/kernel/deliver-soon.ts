/** What a batch has written for others is sent at once, after it was committed. */

import type { Changes } from '../contract/plans.ts'
import type { Server } from '../contract/server.ts'
import { DELIVERY_KIND } from '../records/delivery-data.ts'

export function deliverSoon(server: Server, ...changes: readonly (Changes | undefined)[]): void {
  const hasSome = changes.some((one) => one?.put?.some(({ kind }) => kind === DELIVERY_KIND) === true)
  if (hasSome) server.background(() => server.deliverDue())
}
