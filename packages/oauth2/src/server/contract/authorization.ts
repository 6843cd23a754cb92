/** The `Authorization` record: who authorised what for which client. The root of truth that codes and tokens die with. */

import type { Json, JsonObject } from '@authlib/core'

/** Only the server writes it; features ask for an {@link AuthorizationUpdate}. */
export interface Authorization {
  /**
   * Carried inside codes and tokens. An authorization that derives from another has the id of that one, `~` and a part of
   * its own, so that the id names all its ancestors; the part before the first `~` is the partition.
   */
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
  /** What it is found by, besides its client and its subject. */
  readonly index?: AuthorizationIndex | undefined
  /** What grants and extensions keep, each under its {@link Slot}. */
  readonly data: JsonObject
}

/** Two places of a record's index that features may fill: `server.authorizations.list` finds by them. */
export type AuthorizationIndex = {
  /** Public id of the login session. The server fills it. */
  readonly session?: string | undefined
  readonly tag?: string | undefined
}

/** What an authorization becomes. `data` replaces the slots it names. */
export interface AuthorizationUpdate {
  readonly status?: 'active' | 'revoked' | undefined
  readonly scope?: readonly string[] | undefined
  readonly expiresAt?: number | undefined
  readonly data?: JsonObject | undefined
}

/** A typed place in the `data` of a record or a request. */
export interface Slot<T extends Json> {
  readonly name: string
  read(from: { readonly data: JsonObject }): T | undefined
  write(value: T): JsonObject
}
