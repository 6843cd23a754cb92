/**
 * Where clients come from: a list in the configuration, or the store. Your own table is an object with `find`.
 *
 * @spec RFC 7591 §2
 */

import {
  NEVER,
  systemClock,
  type Awaitable,
  type Clock,
  type JsonObject,
  type Store,
  type StoredRecord,
} from '@authlib/core'
import { decodeUtf8, type Sealer, refuseUnknownOptions, whenKnown } from '@authlib/core/kit'
import { temporarilyUnavailable } from '../../errors.ts'
import type {
  Client,
  ClientMetadata,
  ClientSecret,
  ClientSource,
  ClientStore,
  ClientTrust,
} from '../contract/client.ts'
import { AUTHORIZATION_KIND } from './authorization.ts'
import { clientList } from './client-list.ts'
import { CONSENT_KIND } from './consent.ts'
import { removeAll } from './pages.ts'
import { ACCESS_TOKEN_KIND } from './token-text.ts'
import { invalidSecretUse, readClientMetadata, secretAtRest } from './client-metadata.ts'

/** Client metadata in a configuration, with what the operator trusts the client with. */
export type ConfiguredClient = ClientMetadata & { readonly trust?: ClientTrust | undefined }

/**
 * A fixed list, such as one from a configuration file.
 *
 * When registration ends, the server refuses a grant type, a response type or an authentication method that no one
 * registered and no specification knows; for a known one it emits `configuration.warning`.
 *
 * @throws AuthlibError `invalid_client_metadata`
 * @example
 * staticClients([{ client_id: 'shop', client_secret, redirect_uris, scope: 'openid', trust: { skipConsent: true } }])
 */
export function staticClients(list: readonly ConfiguredClient[]): ClientSource {
  if (typeof list.map !== 'function') throw new TypeError('staticClients takes an array of client metadata')
  const read = list.map(({ trust, ...metadata }) => readClientMetadata(metadata, trust)) // now: a mistake shows when the server starts
  const ids = new Set(read.map(({ clientId }) => clientId))
  if (ids.size < read.length) throw new TypeError('Two clients of the list have the same client_id')
  let clients: ReadonlyMap<string, Client> | undefined
  let loading: Promise<ReadonlyMap<string, Client>> | undefined
  const load = async (): Promise<ReadonlyMap<string, Client>> => {
    const all = await Promise.all(
      read.map(async ({ secret, secretExpiresAt, ...client }): Promise<Client> => {
        const secrets = secret === undefined ? [] : [await secretAtRest(secret, secretExpiresAt, client)]
        return { ...client, secrets }
      }),
    )
    return (clients = new Map(all.map((client) => [client.clientId, client])))
  }
  return {
    configured: clientList(read.map(({ secret: _secret, secretExpiresAt: _expires, ...client }) => client)),
    find: (clientId) => whenKnown(clients ?? (loading ??= load()), (all) => all.get(clientId) ?? null),
  }
}

export interface StoredClientsOptions {
  readonly clock?: Clock | undefined
  /**
   * Keeps secrets that methods need as a key, such as those of `client_secret_jwt`. Without it such a client cannot be
   * saved. `server.sealer('client_secret')` is what the server itself uses.
   */
  readonly sealer?: Sealer | undefined
}

const KIND = 'client'
/** Writes of one client that may be lost to others before it is an error. */
const ATTEMPTS = 20

/**
 * What is kept on behalf of a client. Without its authorization every code and token is dead. Tokens that hold theirs go
 * first: an exchange of one either came before, and has written an authorization, or fails.
 */
const ownedKinds = [ACCESS_TOKEN_KIND, AUTHORIZATION_KIND, CONSENT_KIND]

type StoredSecret = {
  readonly hash: string
  readonly expiresAt?: number | undefined
  readonly sealed?: string | undefined
}

/**
 * Clients in the server's own store.
 *
 * @example
 * const clients = storedClients(store)
 * await clients.save(await clientFromMetadata({ client_id: 'shop', client_secret, redirect_uris }))
 */
export function storedClients(
  store: Store,
  { clock = systemClock, sealer, ...others }: StoredClientsOptions = {},
): ClientStore {
  refuseUnknownOptions('storedClients', others)
  const partition = (clientId: string): string => `client:${clientId}`

  async function pack(secret: ClientSecret, clientId: string): Promise<StoredSecret> {
    const { reveal, ...rest } = secret
    if (reveal === undefined) return rest
    if (sealer === undefined) throw invalidSecretUse(clientId)
    return { ...rest, sealed: await sealer.seal(await reveal(), clientId) }
  }

  function unpack({ sealed, ...rest }: StoredSecret, clientId: string): ClientSecret {
    if (sealed === undefined) return rest
    const reveal = async (): Promise<string> => {
      const opened = await sealer?.open(sealed, clientId)
      if (!opened) throw invalidSecretUse(clientId)
      return decodeUtf8(opened)
    }
    return { ...rest, reveal }
  }

  async function read(clientId: string): Promise<{ readonly client: Client; readonly revision: number } | null> {
    const [record] = await store.get(partition(clientId), [[KIND, clientId]])
    if (!record || record.expiresAt <= clock()) return null
    const { version: _version, ...data } = record.data
    const client = data as unknown as Client & { readonly secrets: readonly StoredSecret[] } // sound: write wrote it
    const secrets = client.secrets.map((secret) => unpack(secret, clientId))
    return { client: { ...client, secrets }, revision: record.revision }
  }

  /** False when another has written since this revision. */
  async function write(client: Client, revision: number): Promise<boolean> {
    const { clientId } = client
    const secrets = await Promise.all(client.secrets.map((secret) => pack(secret, clientId)))
    const data: JsonObject = { version: 1, ...client, secrets }
    const id = { kind: KIND, id: clientId, partition: partition(clientId) }
    const record: StoredRecord = { ...id, revision: revision + 1, expiresAt: NEVER, data }
    const expect = [{ kind: KIND, id: clientId, revision }]
    return store.commit({ partition: record.partition, now: clock(), expect, put: [record], remove: [] })
  }

  /** Again when others have written meanwhile. Nothing is written where `make` gives null. */
  async function change(
    clientId: string,
    make: (present: Client | null) => Awaitable<Client | null>,
  ): Promise<Client | null> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await read(clientId)
      const client = await make(found?.client ?? null)
      if (!client || (await write(client, found?.revision ?? 0))) return client
    }
    throw temporarilyUnavailable('', { reason: 'others kept writing this client' })
  }

  return {
    async find(clientId) {
      return (await read(clientId))?.client ?? null
    },
    async save(client) {
      await change(client.clientId, () => client)
    },
    update: (clientId, update) => change(clientId, (present) => present && update(present)),
    async remove(clientId) {
      const key = [KIND, clientId] as const
      const now = clock()
      await store.commit({ partition: partition(clientId), now, expect: [], put: [], remove: [key] })
      for (const kind of ownedKinds) await removeAll(store, { kind, by: 'client', value: clientId }, now)
    },
  }
}
