/**
 * Registered clients, and where they are found.
 *
 * @spec RFC 5849 §1.1
 */

import {
  AuthlibError,
  NEVER,
  systemClock,
  type Awaitable,
  type Clock,
  type Json,
  type JsonObject,
  type Random,
  type Store,
} from '@authlib/core'
import { createSealer, decodeUtf8, isValidUrl } from '@authlib/core/kit'

/** A registered client. */
export type RegisteredClient = {
  /** The consumer key. */
  readonly clientId: string
  readonly clientName?: string | undefined
  /** The consumer secret, for HMAC and PLAINTEXT. The server needs the secret itself, as it makes the same signature. */
  readonly clientSecret?: string | undefined
  /** For RSA: SPKI, PKCS#1 or a certificate in PEM, or a JWK. */
  readonly publicKey?: string | (JsonObject & { readonly kty: string }) | undefined
  /** Where people may be sent back to, compared exactly; `oob` for a client whose people type a PIN. */
  readonly redirectUris: readonly string[]
  /**
   * Names of the signature methods the client may use. Default: with a public key those of RSA, otherwise those of HMAC; of
   * what the server supports.
   */
  readonly signatureMethods?: readonly string[] | undefined
  /** What the client may ask for. Default: nothing. */
  readonly realms?: readonly string[] | undefined
  /** A first-party client whose people are not asked for consent. */
  readonly skipConsent?: boolean | undefined
}

/** A registered client as pages and handlers see it: they may print it. */
export type ShownClient = Omit<RegisteredClient, 'clientSecret'>

/** The client without its secret. */
export function shownClient({ clientSecret: _secret, ...client }: RegisteredClient): ShownClient {
  return client
}

/** Where clients are found: a list, the store, or your own table. */
export interface ClientSource {
  find(clientId: string): Awaitable<RegisteredClient | null>
}

/** Clients that can be added and removed. */
export interface ClientStore extends ClientSource {
  /** @throws AuthlibError `invalid_client_metadata` */
  save(client: RegisteredClient): Promise<void>
  /** From now on neither the client nor any of its tokens is accepted. */
  remove(clientId: string): Promise<void>
}

/** A fixed list. @throws AuthlibError `invalid_client_metadata` */
export function staticClients(list: readonly RegisteredClient[]): ClientSource {
  const clients = new Map(list.map((client) => [client.clientId, checkedClient(client)]))
  return { find: (clientId) => clients.get(clientId) ?? null }
}

export interface StoredClientsOptions {
  /** Seals the secrets at rest: the first one seals, all of them open. At least 32 characters each. */
  readonly secrets: readonly string[]
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const KIND = 'oauth1_client'

/** Clients in a store. A dump of the store does not tell their secrets. */
export function storedClients(
  store: Store,
  { secrets, clock = systemClock, random }: StoredClientsOptions,
): ClientStore {
  const sealer = createSealer({ secrets, label: 'oauth1 client', random })
  const partitionOf = (clientId: string): string => `${KIND}:${clientId}`
  return {
    async find(clientId) {
      const [record] = await store.get(partitionOf(clientId), [[KIND, clientId]])
      const sealed = record?.data['sealed']
      const opened = typeof sealed === 'string' ? await sealer.open(sealed, clientId) : null
      return opened && (JSON.parse(decodeUtf8(opened)) as RegisteredClient) // sound: save sealed it under this id
    },
    async save(client) {
      const { clientId } = checkedClient(client)
      const data: Record<string, Json> = { version: 1, sealed: await sealer.seal(JSON.stringify(client), clientId) }
      const partition = partitionOf(clientId)
      const record = { kind: KIND, id: clientId, partition, revision: 1, expiresAt: NEVER, data }
      await store.commit({ partition, now: clock(), expect: [], put: [record], remove: [] })
    },
    async remove(clientId) {
      const partition = partitionOf(clientId)
      await store.commit({ partition, now: clock(), expect: [], put: [], remove: [[KIND, clientId]] })
    },
  }
}

function checkedClient(client: RegisteredClient): RegisteredClient {
  const { clientId, clientSecret, publicKey, redirectUris } = client
  if (typeof clientId !== 'string' || clientId === '') throw invalidMetadata('a client has no clientId')
  if (clientId.length > 200) throw invalidMetadata('a clientId has more than 200 characters')
  if (clientSecret === '') throw invalidMetadata(`client "${clientId}": clientSecret is empty`) // a variable that is not set
  if (clientSecret === undefined && publicKey === undefined) {
    throw invalidMetadata(`client "${clientId}" needs a clientSecret or a publicKey`)
  }
  for (const uri of redirectUris) {
    if (uri !== 'oob' && !isValidUrl(uri))
      throw invalidMetadata(`client "${clientId}": a redirect URI is not an absolute URL`)
  }
  return client
}

function invalidMetadata(message: string): AuthlibError {
  return new AuthlibError('invalid_client_metadata', message, { status: 400 })
}
