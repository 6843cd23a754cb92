/**
 * Where clients come from: a list in the configuration, or the store. Your own table is an object with `find`.
 *
 * @spec RFC 7591 §2
 */

import {
  AuthlibError,
  NEVER,
  randomToken,
  systemClock,
  type Clock,
  type JsonObject,
  type Random,
  type Store,
} from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import { redirectUriFault } from '../../redirect-uri.ts'
import { parseScope } from '../../scope.ts'
import type { Client, ClientMetadata, ClientSecret, ClientSource } from '../contract/client.ts'

/** Clients that can be added and removed. */
export interface ClientStore extends ClientSource {
  save(client: Client): Promise<void>
  remove(clientId: string): Promise<void>
}

const KIND = 'client'

/** The form in which secrets are kept. For secrets of {@link createClientSecret} or of equal randomness. */
export async function hashClientSecret(secret: string): Promise<string> {
  return `sha-256:${await sha256Base64url(secret)}`
}

/** 256 bits of randomness. */
export function createClientSecret(random?: Random): string {
  return randomToken(random, 32)
}

/**
 * A client from its RFC 7591 metadata, with the defaults of that specification. The secret is hashed.
 *
 * @throws AuthlibError `invalid_client_metadata`, with the member at fault in `reason`
 */
export async function clientFromMetadata(metadata: ClientMetadata): Promise<Client> {
  const { secret, secretExpiresAt, ...client } = readMetadata(metadata)
  const secrets: ClientSecret[] = []
  if (secret !== undefined) {
    const hash = await hashClientSecret(secret)
    secrets.push(secretExpiresAt === 0 ? { hash } : { hash, expiresAt: secretExpiresAt })
  }
  return { ...client, secrets }
}

/** A fixed list, such as one from a configuration file. @throws AuthlibError `invalid_client_metadata` */
export function staticClients(list: readonly ClientMetadata[]): ClientSource {
  list.forEach(readMetadata) // a mistake shows when the server starts, not to the first person who logs in
  let clients: Promise<ReadonlyMap<string, Client>> | undefined
  return {
    async find(clientId) {
      clients ??= Promise.all(list.map(clientFromMetadata)).then(
        (all) => new Map(all.map((client) => [client.clientId, client])),
      )
      return (await clients).get(clientId) ?? null
    },
  }
}

/** Clients in the server's own store. */
export function storedClients(store: Store, { clock = systemClock }: { clock?: Clock } = {}): ClientStore {
  const partition = (clientId: string): string => `client:${clientId}`
  return {
    async find(clientId) {
      const [record] = await store.get(partition(clientId), [[KIND, clientId]])
      if (!record || record.expiresAt <= clock()) return null
      const { version: _version, ...client } = record.data
      return client as unknown as Client // sound: save wrote it
    },
    async save(client) {
      const data: JsonObject = { version: 1, ...client }
      const record = {
        kind: KIND,
        id: client.clientId,
        partition: partition(client.clientId),
        revision: 1,
        expiresAt: NEVER,
        data,
      }
      await store.commit({ partition: record.partition, now: clock(), expect: [], put: [record], remove: [] })
    },
    async remove(clientId) {
      await store.commit({
        partition: partition(clientId),
        now: clock(),
        expect: [],
        put: [],
        remove: [[KIND, clientId]],
      })
    },
  }
}

interface MetadataRead extends Omit<Client, 'secrets'> {
  readonly secret: string | undefined
  readonly secretExpiresAt: number
}

function readMetadata(metadata: ClientMetadata): MetadataRead {
  const {
    client_id: clientId,
    client_secret: secret,
    client_secret_expires_at: secretExpiresAt = 0,
    client_name: clientName,
    redirect_uris: redirectUris = [],
    grant_types: grantTypes = ['authorization_code'],
    response_types: responseTypes = grantTypes.includes('authorization_code') ? ['code'] : [],
    scope,
    token_endpoint_auth_method: authMethod = 'client_secret_basic',
    application_type: applicationType = 'web',
    skip_consent: skipConsent,
    ...rest
  } = metadata
  if (clientId === '') throw invalidMetadata('client_id is empty')
  for (const uri of redirectUris) {
    const fault = redirectUriFault(uri, applicationType)
    if (fault !== null) throw invalidMetadata(`a redirect URI ${fault}`)
  }
  if (responseTypes.length > 0 && redirectUris.length === 0) throw invalidMetadata('redirect_uris is missing')
  if (secret === '') throw invalidMetadata('client_secret is empty') // such as from a variable that nobody has set
  if (secret === undefined && authMethod.startsWith('client_secret')) throw invalidMetadata('client_secret is missing')
  return {
    clientId,
    secret,
    secretExpiresAt,
    ...(clientName === undefined ? {} : { clientName }),
    redirectUris,
    grantTypes,
    responseTypes,
    scope: parseScope(scope),
    authMethod,
    applicationType,
    ...(skipConsent === true ? { skipConsent } : {}),
    metadata: rest,
  }
}

function invalidMetadata(reason: string): AuthlibError {
  return new AuthlibError('invalid_client_metadata', 'The client metadata is not valid', { status: 400, reason })
}
