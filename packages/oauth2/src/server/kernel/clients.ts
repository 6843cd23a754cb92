/** The clients of a server: found, authenticated and removed. */

import { AuthlibError } from '@authlib/core'
import type { Client } from '../contract/client.ts'
import type { Clients, Server } from '../contract/server.ts'
import { storedClients, type ClientStore } from '../records/clients.ts'
import { forgetConsentsFor } from '../records/consent.ts'
import { authenticateClient } from './client-authentication.ts'
import { receiveClientRequest } from './client-request.ts'
import type { AuthorizationServerOptions } from './options.ts'
import type { Registry } from './registry.ts'
import { withDefaultScope } from './scope.ts'

export function clientsOf(server: Server, registry: Registry, options: AuthorizationServerOptions): Clients {
  const own =
    options.clients ?? storedClients(options.store, { clock: server.clock, sealer: server.sealer('client_secret') })

  const changeable: Partial<ClientStore> & Pick<ClientStore, 'find'> = own

  async function find(clientId: string, endpoint: string | undefined): Promise<Client | null> {
    const client = await findAnywhere(clientId, endpoint)
    return client && withDefaultScope(client, options)
  }

  /** The server's own clients first: a source that strangers can write to takes no id of theirs. */
  async function findAnywhere(clientId: string, endpoint: string | undefined): Promise<Client | null> {
    const client = await own.find(clientId, { endpoint })
    // Without an endpoint nobody claims to be the client, such as when an account must not have the id of one.
    if (client || endpoint === undefined || registry.clientSources.size === 0) return client
    for (const source of registry.clientSources.values()) {
      const found = await source.find(clientId, { server, endpoint })
      if (found) return found
    }
    return null
  }

  return {
    find: (clientId, about) => find(clientId, about?.endpoint),
    authenticate: (http, params, endpoint) => authenticateClient(server, registry, { http, params, endpoint }),
    receive: (http, endpoint) => receiveClientRequest(server, registry, http, endpoint),

    async matchesSecret(hash, secret) {
      for (const verifier of registry.secretVerifiers.values()) {
        if (verifier.accepts(hash)) return verifier.verify(secret, hash)
      }
      return false
    },

    async save(client) {
      if (changeable.save === undefined) throw fixedClients('saved', 'save')
      await changeable.save(client)
    },

    async update(clientId, change) {
      if (changeable.update === undefined) throw fixedClients('updated', 'update')
      return changeable.update(clientId, change)
    },

    async remove(clientId) {
      if (changeable.remove === undefined) throw fixedClients('removed', 'remove')
      await server.authorizations.revoke({ clientId }) // with its events
      await changeable.remove(clientId)
      await server.authorizations.revoke({ clientId }) // what was issued meanwhile
      await forgetConsentsFor(server, clientId)
    },
  }
}

function fixedClients(done: string, method: string): AuthlibError {
  const message = `A client cannot be ${done}: the source of the clients has no ${method}`
  return new AuthlibError('clients_are_fixed', message, {
    hint: 'Use storedClients. A client of a list is removed from the list, then by authorizations.revoke({ clientId }).',
  })
}
