/** The `Authorization` record: who authorised what for which client. The root of truth that codes and tokens die with. */

import { AuthlibError, type Json, type JsonObject, type RecordIndex, type StoredRecord } from '@authlib/core'

/** Only the server writes it; features ask for an {@link AuthorizationUpdate}. */
export interface Authorization {
  /** Also the partition of everything that derives from it, carried inside codes and tokens. */
  readonly id: string
  /** As read; 0 for one that is not stored yet. */
  readonly revision: number
  /** `pending`: a code was issued and not redeemed. */
  readonly status: 'pending' | 'active' | 'revoked'
  readonly clientId: string
  /** Absent when the client acts for itself. */
  readonly subject?: string | undefined
  /** Granted scope. A token may carry less. */
  readonly scope: readonly string[]
  readonly createdAt: number
  /** Never earlier than that of any code or token that derives from it. */
  readonly expiresAt: number
  /** When the end-user logged in, NumericDate. */
  readonly authTime?: number | undefined
  readonly acr?: string | undefined
  readonly amr?: readonly string[] | undefined
  /** What grants and extensions keep, each under its {@link Slot}. */
  readonly data: JsonObject
}

/** What an authorization becomes. `data` replaces the slots it names. */
export interface AuthorizationUpdate {
  readonly status?: 'active' | 'revoked' | undefined
  readonly expiresAt?: number | undefined
  readonly data?: JsonObject | undefined
}

/** A typed place in the `data` of a record. */
export interface Slot<T extends Json> {
  readonly name: string
  read(from: { readonly data: JsonObject }): T | undefined
  write(value: T): JsonObject
}

/** `const challenge = slot<string>('codeChallenge')`: one name, one type, one writer. */
export function slot<T extends Json>(name: string): Slot<T> {
  return {
    name,
    read: (from) => from.data[name] as T | undefined, // sound: only `write` of this slot puts something under its name
    write: (value) => ({ [name]: value }),
  }
}

/**
 * Joins what several features write.
 *
 * @throws AuthlibError `conflicting_data` when two of them write the same name
 */
export function mergeData(...parts: readonly (JsonObject | undefined)[]): JsonObject {
  const merged: Record<string, Json | undefined> = {}
  for (const part of parts) {
    for (const name of Object.keys(part ?? {})) {
      if (Object.hasOwn(merged, name)) {
        throw new AuthlibError('conflicting_data', 'Two features write the same data', { reason: `both write ${name}` })
      }
      merged[name] = part?.[name]
    }
  }
  return merged
}

/** `kind` of an authorization in the store. */
export const AUTHORIZATION_KIND = 'authorization'

const VERSION = 1

/** The record of an authorization at a revision. */
export function authorizationRecord(authorization: Authorization, revision: number): StoredRecord {
  return {
    kind: AUTHORIZATION_KIND,
    id: authorization.id,
    partition: authorization.id,
    revision,
    expiresAt: authorization.expiresAt,
    index: ownerIndex(authorization),
    data: packAuthorization(authorization),
  }
}

/** By which everything of a client or a subject is found. */
export function ownerIndex({ clientId, subject }: Pick<Authorization, 'clientId' | 'subject'>): RecordIndex {
  return subject === undefined ? { client: clientId } : { client: clientId, subject }
}

/** Everything of it but the fields that the record itself carries. */
export function packAuthorization(authorization: Authorization): JsonObject {
  const { id: _id, revision: _revision, expiresAt: _expiresAt, ...rest } = authorization
  return { version: VERSION, ...rest }
}

/** Null when the record is absent, expired, or not an authorization of a version that we know. */
export function readAuthorization(record: StoredRecord | null | undefined, now: number): Authorization | null {
  if (!record || record.expiresAt <= now) return null
  return unpackAuthorization(record.data, record)
}

/** The one place that reads stored data of every version. */
export function unpackAuthorization(
  data: JsonObject,
  { partition, revision, expiresAt }: Pick<StoredRecord, 'partition' | 'revision' | 'expiresAt'>,
): Authorization | null {
  if (data['version'] !== VERSION) return null
  const { version: _version, ...rest } = data
  return { ...rest, id: partition, revision, expiresAt } as Authorization // sound: packAuthorization wrote this version
}
