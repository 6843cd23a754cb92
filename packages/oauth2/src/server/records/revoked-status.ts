/**
 * Which entries of a status list say that their token was revoked.
 *
 * @spec draft-ietf-oauth-status-list
 */

import { randomToken, type JsonObject, type StoredRecord } from '@authlib/core'
import type { Environment } from '../contract/server.ts'
import { partitionOf } from './authorization.ts'

/** A place in a list. */
export interface StatusEntry {
  /** Number of the list. */
  readonly list: number
  /** Index in the list. */
  readonly idx: number
}

/** `kind` of the record. */
export const REVOKED_STATUS_KIND = 'revoked_status'

/** By what the records of one list are found. */
export function statusListTag(list: number): string {
  return `status_list:${list}`
}

/** Written in the batch that ends the tokens: these entries of one list, until the last of the tokens would have expired. */
export function revokedStatus(
  { random }: Pick<Environment, 'random'>,
  authorizationId: string,
  { list, indexes, expiresAt }: { list: number; indexes: readonly number[]; expiresAt: number },
): StoredRecord {
  return {
    kind: REVOKED_STATUS_KIND,
    id: randomToken(random, 16),
    partition: partitionOf(authorizationId),
    revision: 1,
    expiresAt,
    index: { tag: statusListTag(list) },
    data: { version: 1, indexes },
  }
}

/** The entry that a token of this server names; undefined for one without. */
export function statusEntryOf({ status }: JsonObject): StatusEntry | undefined {
  const { status_list: named } = (status ?? {}) as JsonObject // sound: the server wrote it
  const { idx, uri } = (named ?? {}) as JsonObject
  const list = typeof uri === 'string' ? /\/(\d+)$/.exec(uri)?.[1] : undefined
  return list !== undefined && typeof idx === 'number' ? { list: Number(list), idx } : undefined
}
