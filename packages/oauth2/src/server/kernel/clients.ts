/** The clients of a server: found, authenticated and removed. */

import { AuthlibError, type Awaitable } from '@authlib/core'
import { whenKnown } from '@authlib/core/kit'
import type { Client, ClientSource, ClientStore } from '../contract/client.ts'
import type { Clients, Server } from '../contract/server.ts'
import { storedClients } from '../records/clients.ts'
import { forgetConsentsFor } from '../records/consent.ts'
import { MAX_CLIENT_ID } from '../records/ids.ts'
import { authenticateClient } from './client-authentication.ts'
import { receiveClientRequest } from './client-request.ts'
import type { AuthorizationServerOptions } from './options.ts'
import type { Registry } from './registry.ts'
import { withDefaultScope } from './scope.ts'

export function clientsOf(server: Server, registry: Registry, options: AuthorizationServerOptions): Clients {
  const own =
    options.clients ?? storedClients(options.store, { clock: server.clock, sealer: server.sealer('client_secret') })

  const ownStore = isClientStore(own) ? own : undefined

  /** The server's own source, or the store of a feature that keeps clients beside a fixed list. */
  async function storeFor(clientId: string, done: string): Promise<ClientStore> {
    if (ownStore) return ownStore
    const source = [...registry.byKind.client_source.values()].find((one) => one.store !== undefined)
    const beside = source?.store?.(server)
    if (beside === undefined || (await own.find(clientId)) !== null) throw fixedClients(done)
    return beside
  }

  function find(clientId: string, endpoint: string | undefined): Awaitable<Client | null> {
    if (clientId.length > MAX_CLIENT_ID) return null // its tokens could not be stored
    return whenKnown(own.find(clientId, { endpoint }), (client) =>
      client ? withDefaultScope(client, options) : findBeside(clientId, endpoint),
    )
  }

  /** After the server's own clients: a source that strangers can write to takes no id of theirs. */
  async function findBeside(clientId: string, endpoint: string | undefined): Promise<Client | null> {
    for (const source of registry.byKind.client_source.values()) {
      if (ownStore && source.store) continue // registered clients are its own
      const found = await source.find(clientId, { server, endpoint })
      if (found) return withDefaultScope(found, options)
    }
    return null
  }

  return {
    get members() {
      return registry.clientMembers
    },
    find: (clientId, about) => find(clientId, about?.endpoint),
    authenticate: (http, params, endpoint) => authenticateClient(server, registry, { http, params, endpoint }),
    receive: (http, endpoint) => receiveClientRequest(server, registry, http, endpoint),

    async matchesSecret(hash, secret) {
      for (const verifier of registry.byKind.secret_verifier.values()) {
        if (verifier.accepts(hash)) return verifier.verify(secret, hash)
      }
      return false
    },

    save: async (client) => (await storeFor(client.clientId, 'saved')).save(client),
    update: async (clientId, change) => (await storeFor(clientId, 'updated')).update(clientId, change),

    async remove(clientId) {
      const store = await storeFor(clientId, 'removed')
      await server.authorizations.revoke({ clientId }) // with its events
      await store.remove(clientId)
      await server.authorizations.revoke({ clientId }) // what was issued meanwhile
      await forgetConsentsFor(server, clientId)
    },
  }
}

function isClientStore(source: ClientSource & Partial<ClientStore>): source is ClientStore {
  return source.save !== undefined && source.update !== undefined && source.remove !== undefined
}

function fixedClients(done: string): AuthlibError {
  const message = `A client cannot be ${done}: the source of the clients is fixed`
  return new AuthlibError('clients_are_fixed', message, {
    hint: 'Use storedClients. A client of a list is removed from the list, then by authorizations.revoke({ clientId }).',
  })
}
