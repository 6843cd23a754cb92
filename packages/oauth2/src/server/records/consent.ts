/** What subjects have approved before, per client. */

import { NEVER, type Awaitable, type StoredRecord } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import { temporarilyUnavailable } from '../../errors.ts'
import type { Environment } from '../contract/server.ts'
import { removeAll } from './pages.ts'

type ConsentData = {
  readonly version: 1
  readonly scope: readonly string[]
  readonly items?: readonly string[] | undefined
}

/** What a subject has approved for a client. */
export interface RememberedConsent {
  readonly scope: readonly string[]
  /** Keys of consent items. */
  readonly items: readonly string[]
  /** Of its record. */
  readonly revision: number
}

/** What is to be remembered. */
export interface NewConsent {
  readonly subject: string
  readonly clientId: string
  readonly scope: readonly string[]
  /** Keys of consent items. Default: none. */
  readonly items?: readonly string[] | undefined
  /** What was read before, if it was: null for nothing. */
  readonly known?: RememberedConsent | null | undefined
}

/** `kind` of what is remembered. */
export const CONSENT_KIND = 'consent'

/** Scope that the subject has approved for the client; null when nothing was ever approved. */
export async function rememberedScope(
  server: Environment,
  subject: string,
  clientId: string,
): Promise<readonly string[] | null> {
  return (await load(server, await idOf(subject, clientId)))?.scope ?? null
}

/** Everything that the subject has approved for the client; null when nothing was ever approved. */
export async function rememberedConsent(
  server: Environment,
  subject: string,
  clientId: string,
): Promise<RememberedConsent | null> {
  return load(server, await idOf(subject, clientId))
}

/** Adds to what is remembered. Two approvals at once are both kept. */
export async function rememberConsent(
  server: Environment,
  { subject, clientId, scope, items = [], known: before }: NewConsent,
): Promise<void> {
  const id = await idOf(subject, clientId)
  let known = before === undefined ? await load(server, id) : before
  for (let attempt = 0; attempt < 10; attempt++) {
    const revision = known?.revision ?? 0
    const words = joined(known?.scope, scope)
    const keys = joined(known?.items, items)
    if (known?.scope.length === words.length && known.items.length === keys.length) return // nothing new
    const data: ConsentData = { version: 1, scope: words, ...(keys.length > 0 ? { items: keys } : {}) }
    const record: StoredRecord = {
      kind: CONSENT_KIND,
      id,
      partition: id,
      revision: revision + 1,
      expiresAt: NEVER,
      index: { subject, client: clientId },
      data,
    }
    const expect = [{ kind: CONSENT_KIND, id, revision }]
    if (await server.store.commit({ partition: id, now: server.clock(), expect, put: [record], remove: [] })) return
    known = await load(server, id)
  }
  throw temporarilyUnavailable('', { reason: 'others kept writing this consent' })
}

/** The next request asks again. Tokens that were given stay: end them with `authorizations.revoke`. */
export async function forgetConsent(server: Environment, subject: string, clientId: string): Promise<void> {
  const id = await idOf(subject, clientId)
  await server.store.commit({ partition: id, now: server.clock(), expect: [], put: [], remove: [[CONSENT_KIND, id]] })
}

/** Forgets what people have approved for a client, so that another client of the same id starts without. */
export async function forgetConsentsFor(server: Environment, clientId: string): Promise<void> {
  await removeAll(server.store, { kind: CONSENT_KIND, by: 'client', value: clientId }, server.clock())
}

async function load(server: Environment, id: string): Promise<RememberedConsent | null> {
  const [record] = await server.store.get(id, [[CONSENT_KIND, id]])
  if (!record) return null
  const { scope, items = [] } = record.data as ConsentData // sound: rememberConsent wrote it
  return { scope, items, revision: record.revision }
}

function joined(known: readonly string[] = [], added: readonly string[]): readonly string[] {
  return [...new Set([...known, ...added])]
}

function idOf(subject: string, clientId: string): Awaitable<string> {
  return sha256Base64url(JSON.stringify([subject, clientId]))
}
