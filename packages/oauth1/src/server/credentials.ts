/**
 * Temporary credentials and tokens in the store. Both of one authorization live in one partition, with the nonces that were
 * used with them, so that one guarded batch exchanges the one for the other.
 *
 * @spec RFC 5849 §2
 */

import { randomToken, type StoredRecord } from '@authlib/core'
import { decodeUtf8, isExpired, sha256Base64url } from '@authlib/core/kit'
import type { OAuth1Environment } from './environment.ts'

/** `kind` in the store. */
export const TEMPORARY = 'oauth1_temporary'
export const TOKEN = 'oauth1_token'

/** What temporary credentials are for. */
export type TemporaryData = {
  readonly version: 1
  readonly clientId: string
  readonly sealedSecret: string
  /** `oob`, or where the person is sent back to. */
  readonly callback: string
  /** What was asked for; after the decision what was granted. */
  readonly realms: readonly string[]
  /** Who approved. */
  readonly subject?: string | undefined
  /** Hash of the verifier, once approved. */
  readonly verifierHash?: string | undefined
  readonly denied?: boolean | undefined
  /** Wrong verifiers so far. */
  readonly attempts?: number | undefined
}

/** What a token stands for. */
export type TokenData = {
  readonly version: 1
  readonly clientId: string
  readonly sealedSecret: string
  readonly subject: string
  readonly realms: readonly string[]
  readonly issuedAt: number
}

/** Credentials that were found. */
export interface FoundCredentials<Data extends TemporaryData | TokenData> {
  readonly record: StoredRecord
  readonly data: Data
  readonly secret: string
}

/** Credentials to hand out: their text and secret, and the record to write. */
export interface NewCredentials {
  readonly text: string
  readonly secret: string
  readonly record: StoredRecord
}

/** Fresh credentials of an authorization. What they are for is `data`. */
export async function newCredentials(
  env: OAuth1Environment,
  kind: typeof TEMPORARY | typeof TOKEN,
  authorizationId: string,
  { expiresAt, data, subject }: { expiresAt: number; data: NewData; subject?: string },
): Promise<NewCredentials> {
  const text = `${kind === TEMPORARY ? 'ot' : 'oa'}_${authorizationId}.${randomToken(env.random, 32)}`
  const secret = randomToken(env.random, 32)
  const id = await sha256Base64url(text)
  const sealedSecret = await env.tokenSecrets.seal(secret, id)
  const index = { client: data.clientId, ...(subject !== undefined && { subject }) }
  const record = {
    kind,
    id,
    partition: authorizationId,
    revision: 1,
    expiresAt,
    index,
    data: { version: 1, ...data, sealedSecret },
  }
  return { text, secret, record }
}

type NewData = Omit<TemporaryData, 'version' | 'sealedSecret'> | Omit<TokenData, 'version' | 'sealedSecret'>

/** Temporary credentials by their text. Null when there are none that live. */
export function findTemporary(env: OAuth1Environment, text: string): Promise<FoundCredentials<TemporaryData> | null> {
  return find<TemporaryData>(env, TEMPORARY, text)
}

/** A token by its text. Null when there is none that lives. */
export function findToken(env: OAuth1Environment, text: string): Promise<FoundCredentials<TokenData> | null> {
  return find<TokenData>(env, TOKEN, text)
}

/** The next revision of a record. */
export function revised(record: StoredRecord, data: TemporaryData): StoredRecord {
  return { ...record, revision: record.revision + 1, data }
}

const TEXT = /^(ot|oa)_([\w-]{22})\.[\w-]{43}$/

async function find<Data extends TemporaryData | TokenData>(
  env: OAuth1Environment,
  kind: typeof TEMPORARY | typeof TOKEN,
  text: string,
): Promise<FoundCredentials<Data> | null> {
  const [, prefix, partition] = TEXT.exec(text) ?? []
  if (partition === undefined || prefix !== (kind === TEMPORARY ? 'ot' : 'oa')) return null
  const id = await sha256Base64url(text)
  const [record] = await env.store.get(partition, [[kind, id]])
  if (!record || isExpired(record, env.clock())) return null
  const data = record.data as unknown as Data // sound: `newCredentials` wrote it under this kind
  const secret = await env.tokenSecrets.open(data.sealedSecret, id)
  return secret && { record, data, secret: decodeUtf8(secret) }
}
