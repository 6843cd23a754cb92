/** What a delivery is in the store. Apart from what writes one, so that reading does not load it. */

import type { JsonObject } from '@authlib/core'

/** What a record of {@link DELIVERY_KIND} holds. */
export type DeliveryData = {
  readonly version: 1
  readonly name: string
  readonly data: JsonObject
  /** Not before. NumericDate. */
  readonly at: number
  readonly attempts: number
}

/** `kind` of what is to be delivered. */
export const DELIVERY_KIND = 'delivery'

/** By which everything that is due is listed. */
export const DUE_TAG = 'due'
