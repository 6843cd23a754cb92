/**
 * Clients whose `client_id` is the URL of their metadata: they need no registration.
 *
 * @spec draft-ietf-oauth-client-id-metadata-document
 */

import { AuthlibError, type Awaitable, type JsonObject, type StoredRecord } from '@authlib/core'
import {
  assertSeconds,
  parseJsonObject,
  refuseUnknownOptions,
  type SendResponse,
  sha256Base64url,
} from '@authlib/core/kit'
import { isDocumentUrl } from '../../document-url.ts'
import { temporarilyUnavailable } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { Extension } from '../contract/extension.ts'
import type { MomentHandler } from '../contract/moments.ts'
import type { Feature, RegisteredClientSource } from '../contract/registrable.ts'
import type { RegistrationChange, RegistrationRequest } from '../contract/registration.ts'
import type { Server } from '../contract/server.ts'
import { usesSecretAsKey } from '../records/client-metadata.ts'
import { MAX_CLIENT_ID } from '../records/ids.ts'
import { chooseMembers } from '../records/metadata-choices.ts'
import { agree, availableGrants, clientOf, invalidMetadata, readMembers } from '../records/registration-metadata.ts'

export interface ClientIdMetadataDocumentOptions {
  /** Whether documents of this URL are fetched. Default: all public https URLs. */
  readonly allow?: ((url: URL) => Awaitable<boolean>) | undefined
  /** Most seconds for which a document is not fetched again. Its Cache-Control may say less, at least 60. Default 3600. */
  readonly maxAge?: number | undefined
  /** Seconds for which the client is remembered after it obtained a token: it is not fetched to refresh one. Default 90 days. */
  readonly keep?: number | undefined
  /** As of `dynamicClientRegistration`. */
  readonly grantTypes?: readonly string[] | undefined
  /** As of `dynamicClientRegistration`. Default: the server's `scopes`. */
  readonly scope?: readonly string[] | undefined
  /** Your own rules, after the others: throws an OAuth2Error to refuse, or returns what to change. */
  readonly policy?: MomentHandler<RegistrationRequest, RegistrationChange> | undefined
}

const OPTIONS: Readonly<Record<keyof ClientIdMetadataDocumentOptions, true>> = {
  allow: true,
  maxAge: true,
  keep: true,
  grantTypes: true,
  scope: true,
  policy: true,
}

/**
 * Finds clients by documents that they publish. A document is fetched at the authorization endpoint and where requests are
 * pushed, never at the token endpoint; a client of the server's own goes before a document.
 *
 * @example
 * server.register(clientIdMetadataDocuments())
 */
export function clientIdMetadataDocuments(options: ClientIdMetadataDocumentOptions = {}): Feature {
  refuseUnknownOptions('clientIdMetadataDocuments', options, OPTIONS)
  const { maxAge = 3600, keep = 90 * DAY } = options
  assertSeconds({ maxAge, keep }, 1)
  return {
    kind: 'feature',
    name: 'client_id_metadata_document',
    metadata: { client_id_metadata_document_supported: true }, // draft §5
    settings: { maxAge, keep },
    includes: [documentSource({ ...options, maxAge }), keeper(keep)],
  }
}

const KIND = 'client_id_metadata_document'
const DAY = 86_400
const MIN_AGE = 60
const MAX_BODY = 16_384
/** Documents that are fetched at the same time, for all requests. */
const MOST_FETCHES = 50

type Kept = {
  readonly version: 1
  readonly client: Client
  readonly freshUntil: number
}

type Options = ClientIdMetadataDocumentOptions & { readonly maxAge: number }

/** Endpoints at which a login begins. */
const fetching: ReadonlySet<string | undefined> = new Set(['authorization', 'pushed_authorization_request'])

function documentSource(options: Options): RegisteredClientSource {
  const { allow = () => true } = options
  const running = new Map<string, Promise<Client | null>>()
  return {
    kind: 'client_source',
    name: KIND,
    async find(clientId, { server, endpoint }) {
      if (!isDocumentId(clientId) || !(await allow(new URL(clientId)))) return null
      const kept = await findKept(server, clientId)
      if (kept && (!fetching.has(endpoint) || kept.data.freshUntil > server.clock())) return kept.data.client
      if (!fetching.has(endpoint)) return null // a stranger must not make the server fetch a URL
      const name = `${server.issuer} ${clientId}`
      if (!running.has(name)) {
        if (running.size >= MOST_FETCHES) throw temporarilyUnavailable('', { reason: 'too many documents are fetched' })
        const fetched = load(server, clientId, kept?.record, options)
        running.set(name, fetched)
        void fetched.then(
          () => running.delete(name),
          () => running.delete(name),
        )
      }
      return (await running.get(name)) ?? null
    },
  }
}

function isDocumentId(clientId: string): boolean {
  return clientId.length <= MAX_CLIENT_ID && isDocumentUrl(clientId)
}

/** Null when there is no valid document: the reason is an event. Nothing of a failure is kept. Draft §3.4 */
async function load(
  server: Server,
  clientId: string,
  record: StoredRecord | undefined,
  options: Options,
): Promise<Client | null> {
  try {
    const answer = await server.send(clientId, {
      headers: { accept: 'application/json' },
      maxBody: MAX_BODY,
      timeout: 5,
    })
    const client = await readDocument(server, clientId, answer, options)
    await save(server, client, freshnessOf(answer.headers, options.maxAge), record)
    return client
  } catch (error) {
    if (!(error instanceof AuthlibError) || error.status === 500 || error.status === 503) throw error
    const reason = `${error.code}: ${error.reason ?? error.message}`
    server.emit({ type: 'client.refused', at: server.clock(), clientId, reason })
    return null
  }
}

/** Draft §3.1. @throws OAuth2Error, AuthlibError `invalid_json` */
async function readDocument(
  server: Server,
  clientId: string,
  { status, headers, text }: SendResponse,
  { grantTypes, scope = server.scopes, policy }: Options,
): Promise<Client> {
  if (status !== 200) throw invalidMetadata('the document was not answered with 200')
  const type = headers.get('content-type') ?? ''
  if (!/^application\/(?:[\w.-]+\+)?json *(?:;|$)/i.test(type)) throw invalidMetadata('the document is not JSON')
  const document = parseJsonObject(text, { maxDepth: 8 }) as JsonObject // sound: it was JSON
  if (document['client_id'] !== clientId) throw invalidMetadata('client_id is not the URL of the document')
  for (const name of ['client_secret', 'client_secret_expires_at']) {
    if (name in document) throw invalidMetadata('a document cannot have a secret')
  }
  const { software_statement: _statement, ...members } = readMembers(document, server.clients.members)
  const said = chooseMembers(server, document, { token_endpoint_auth_method: 'none', ...members })
  const { metadata, trust = {} } = await agree({ server, metadata: said }, policy)
  const limits = { grantTypes: availableGrants(server, grantTypes), scope }
  if (usesSecret(metadata)) throw invalidMetadata('a document cannot have a secret')
  return clientOf(server, { ...metadata, client_id: clientId }, trust, limits)
}

function usesSecret(metadata: JsonObject): boolean {
  const { token_endpoint_auth_method: method } = metadata
  const authMethod = typeof method === 'string' ? method : ''
  return authMethod.startsWith('client_secret') || usesSecretAsKey({ authMethod, metadata })
}

/** Seconds, between our own bounds. RFC 9111 §5.2.2 */
function freshnessOf(headers: Headers, maxAge: number): number {
  const control = headers.get('cache-control') ?? ''
  if (/(?:^|[\s,])no-(?:store|cache)/i.test(control)) return Math.min(MIN_AGE, maxAge)
  const said = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(control)?.[1]
  return Math.min(Math.max(said === undefined ? maxAge : Number(said), MIN_AGE), maxAge)
}

async function findKept(server: Server, clientId: string): Promise<{ record: StoredRecord; data: Kept } | null> {
  const id = await sha256Base64url(clientId)
  const [record] = await server.store.get(id, [[KIND, id]])
  if (!record || record.expiresAt <= server.clock()) return null
  return { record, data: record.data as unknown as Kept } // sound: save wrote it
}

/** For a day, in which the login ends. That another process writes at the same time does no harm. */
async function save(
  server: Server,
  client: Client,
  freshness: number,
  before: StoredRecord | undefined,
): Promise<void> {
  const id = await sha256Base64url(client.clientId)
  const now = server.clock()
  const data: Kept = { version: 1, client, freshUntil: now + freshness }
  const revision = before?.revision ?? 0
  const expiresAt = Math.max(before?.expiresAt ?? 0, now + DAY)
  const record = {
    kind: KIND,
    id,
    partition: id,
    revision: revision + 1,
    expiresAt,
    data: data as unknown as JsonObject,
  } // sound: plain JSON
  const expect = [{ kind: KIND, id, revision }]
  await server.store.commit({ partition: id, now, expect, put: [record], remove: [] })
}

/** Remembers clients that have obtained tokens, at most one write a day for each. */
function keeper(keep: number): Extension {
  return {
    kind: 'extension',
    name: KIND,
    async tokenResponse(_issued, { server, client: { clientId } }) {
      if (!isDocumentId(clientId)) return
      const kept = await findKept(server, clientId)
      const now = server.clock()
      if (!kept || kept.record.expiresAt > now + keep - DAY) return
      const { kind, id, partition, revision } = kept.record
      const put = [{ ...kept.record, revision: revision + 1, expiresAt: now + keep }]
      await server.store.commit({ partition, now, expect: [{ kind, id, revision }], put, remove: [] })
    },
  }
}
