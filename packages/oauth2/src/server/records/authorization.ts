/** How authorizations are stored and read. */

import {
  AuthlibError,
  randomToken,
  type Json,
  type JsonObject,
  type RecordIndex,
  type Store,
  type StoredRecord,
} from '@authlib/core'
import type { Authorization, AuthorizationUpdate, Slot } from '../contract/authorization.ts'
import type { Changes, FoundToken } from '../contract/plans.ts'
import type { TokenRequest } from '../contract/requests.ts'
import { assertSubject } from './ids.ts'

/** `kind` of an authorization in the store. */
export const AUTHORIZATION_KIND = 'authorization'

/**
 * Seconds in which a request can be answered. Its authorization stays around as long, redeemed or not, so that answering
 * twice fails however late it comes.
 */
export const ANSWER_TIME = 3600

const VERSION = 1

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

/** What an authorization at the token endpoint is made of. */
export interface NewAuthorization {
  /** Absent when the client acts for itself. */
  readonly subject?: string | undefined
  readonly scope: readonly string[]
  readonly data?: JsonObject | undefined
  /** The authorization that it derives from: it ends with that one. */
  readonly parent?: Authorization | undefined
}

/** An authorization that is made at the token endpoint, for grants without a front channel. */
export function newAuthorization(
  { server, client, now }: TokenRequest,
  { subject, scope, data = {}, parent }: NewAuthorization,
): Authorization {
  return {
    id: parent ? `${parent.id}~${randomToken(server.random, 9)}` : randomToken(server.random, 16),
    revision: 0,
    status: 'active',
    clientId: client.clientId,
    subject,
    scope,
    createdAt: now,
    expiresAt: now + server.accessTokenLifetime,
    data,
  }
}

/**
 * Gives the authorization of a token a record of its own, when only the token held it, or it is of another server, so that
 * others can derive from it. Lost when the token ends meanwhile, or another exchange was first.
 */
export function parentChanges({ authorization, heldBy }: FoundToken): Changes {
  if (heldBy === undefined && authorization.revision > 0) return {}
  const absent = { kind: AUTHORIZATION_KIND, id: authorization.id, revision: 0 }
  return { expect: [...(heldBy ? [heldBy] : []), absent], put: [authorizationRecord(authorization, 1)] }
}

/** Where everything of the authorization is stored: the id of the root that it derives from. */
export function partitionOf(authorizationId: string): string {
  const end = authorizationId.indexOf('~')
  return end === -1 ? authorizationId : authorizationId.slice(0, end)
}

/** The ids of what must be alive besides, the root first. None for an authorization that derives from no other. */
export function ancestorsOf(authorizationId: string): readonly string[] {
  const ids: string[] = []
  for (let end = authorizationId.indexOf('~'); end !== -1; end = authorizationId.indexOf('~', end + 1)) {
    ids.push(authorizationId.slice(0, end))
  }
  return ids
}

/** The record of an authorization at a revision. */
export function authorizationRecord(authorization: Authorization, revision: number): StoredRecord {
  return {
    kind: AUTHORIZATION_KIND,
    id: authorization.id,
    partition: partitionOf(authorization.id),
    revision,
    expiresAt: authorization.expiresAt,
    index: indexOf(authorization),
    data: packAuthorization(authorization),
  }
}

/** The guarded write that turns an authorization into what the update says. Without one: as it is, so far not stored. */
export function authorizationChanges(authorization: Authorization, update: AuthorizationUpdate = {}): Changes {
  const { id, revision } = authorization
  return {
    expect: [{ kind: AUTHORIZATION_KIND, id, revision }],
    put: [authorizationRecord(updated(authorization, update), revision + 1)],
  }
}

/** What the authorization becomes. */
export function updated(authorization: Authorization, update: AuthorizationUpdate): Authorization {
  return {
    ...authorization,
    status: update.status ?? authorization.status,
    scope: update.scope ?? authorization.scope,
    expiresAt: update.expiresAt ?? authorization.expiresAt,
    data: { ...authorization.data, ...update.data },
  }
}

/** One that was never given, or of which nothing else is stored: nothing can derive from it. */
export function endedAuthorization(id: string, clientId: string, createdAt: number, lifetime: number): Authorization {
  const expiresAt = createdAt + lifetime
  return { id, revision: 0, status: 'revoked', clientId, scope: [], createdAt, expiresAt, data: {} }
}

/** By which everything of a client, a subject, a session or a tag is found. */
export function indexOf({
  clientId,
  subject,
  index,
}: Pick<Authorization, 'clientId' | 'subject' | 'index'>): RecordIndex {
  if (subject !== undefined) assertSubject(subject)
  const owner = subject === undefined ? { client: clientId } : { client: clientId, subject }
  return index === undefined ? owner : { ...owner, ...index }
}

/** Everything of it but the fields that the record itself carries. */
export function packAuthorization(authorization: Authorization): JsonObject {
  // What is undefined is not stored; leaving members out of a copy takes ten times as long.
  return { version: VERSION, ...authorization, id: undefined, revision: undefined, expiresAt: undefined }
}

/** Null when the record is absent, expired, or not an authorization of a version that we know. */
export function readAuthorization(record: StoredRecord | null | undefined, now: number): Authorization | null {
  if (!record || record.expiresAt <= now) return null
  return unpackAuthorization(record.data, record)
}

/** The one place that reads stored data of every version. */
export function unpackAuthorization(
  data: JsonObject,
  { id, revision, expiresAt }: Pick<StoredRecord, 'id' | 'revision' | 'expiresAt'>,
): Authorization | null {
  if (data['version'] !== VERSION) return null
  const { version: _version, ...rest } = data
  return { ...rest, id, revision, expiresAt } as Authorization // sound: packAuthorization wrote this version
}

/** The authorization if it lives, with everything that it derives from. */
export async function findAuthorization(store: Store, id: string, now: number): Promise<Authorization | null> {
  const [own, ...above] = await store.get(partitionOf(id), authorizationKeys(id))
  const authorization = readAuthorization(own, now)
  return authorization && areActive(above, now) ? authorization : null
}

/** What to read of the store to judge an authorization: its own record, then those of its ancestors. */
export function authorizationKeys(id: string): (readonly [kind: string, id: string])[] {
  return [id, ...ancestorsOf(id)].map((one) => [AUTHORIZATION_KIND, one] as const)
}

/** Whether all these authorizations live and are active. */
export function areActive(records: readonly (StoredRecord | null)[], now: number): boolean {
  return records.every((record) => readAuthorization(record, now)?.status === 'active')
}
