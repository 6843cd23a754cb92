/**
 * Assertions that were used: each is accepted once.
 *
 * @spec RFC 7523 §3
 * @spec RFC 7522 §3
 */

import type { Json } from '@authlib/core'
import type { Changes } from '../contract/plans.ts'
import type { Environment } from '../contract/server.ts'

/** What a plan needs of an assertion that was not used yet. */
export interface UnusedAssertion {
  /** For the authorization: it comes from the assertion, so that of two uses at once one commit is lost. */
  readonly id: string
  /** Remembers the assertion. */
  readonly changes: Changes
}

/** What says which assertion it is. */
export interface AssertionName {
  /** For a key of its own, such as `jwt_bearer`. */
  readonly label: string
  /** The same for the same assertion, such as its issuer and id. */
  readonly name: readonly Json[]
  /** NumericDate until which it must be remembered. */
  readonly until: number
}

const KIND = 'used_assertion'

/** Null when it was used before. */
export async function unusedAssertion(
  server: Environment,
  { label, name, until }: AssertionName,
): Promise<UnusedAssertion | null> {
  const id = (await server.mac(label).sign(JSON.stringify(name))).slice(0, 22) // as hard to guess as the secrets
  const [used] = await server.store.get(id, [[KIND, id]])
  if (used) return null
  const record = { kind: KIND, id, partition: id, revision: 1, expiresAt: until, data: { version: 1 } }
  return { id, changes: { expect: [{ kind: KIND, id, revision: 0 }], put: [record] } }
}
