/**
 * Whether a client is registered for what the server has. Otherwise each of its requests would be refused, far from the
 * mistake.
 */

import { AuthlibError } from '@authlib/core'
import type { Client, ClientList, RegisteredNames } from '../contract/client.ts'

type Registered = Omit<Client, 'secrets'>

/**
 * For a source of yours that has all its clients from the start. `staticClients` brings it along.
 *
 * @example
 * const source: ClientSource = { find: (clientId) => table.get(clientId) ?? null, configured: clientList([...table.values()]) }
 */
export function clientList(clients: readonly Registered[]): ClientList {
  return {
    clients,
    faults: (registered) =>
      clients.flatMap((client) => {
        const fault = faultsOf(client, registered)
        return fault === '' ? [] : [[client.clientId, fault]]
      }),
  }
}

/**
 * What will not work for this client, in words; empty when all will. A member of another type than its feature reads, and a name that no specification knows are refused: they are slips of the pen. A
 * known one is not, because one list of clients may serve several servers, and a grant may be switched off for a while.
 *
 * @throws AuthlibError `invalid_client_metadata`, which names the client and the fact
 */
function faultsOf(client: Registered, registered: RegisteredNames): string {
  const { clientId, grantTypes, responseTypes, authMethod, authMethods = [], scope } = client
  const { scopes } = registered
  for (const { name, type } of registered.members) {
    const value = client.metadata[name]
    if (value !== undefined && type.parse(value) === null) throw unservable(clientId, `${name} is not ${type.words}`)
  }
  const lists: readonly (readonly [member: string, names: readonly string[], known: readonly string[]])[] = [
    ['grant_types', grantTypes, registered.grantTypes],
    ['response_types', responseTypes.map(sorted), registered.responseTypes.map(sorted)],
    ['token_endpoint_auth_method', [authMethod], registered.authMethods],
    ['trust.authMethods', authMethods, registered.authMethods],
  ]
  const lacking = lists.flatMap(([member, names, known]) => {
    const others = names.filter((name) => !known.includes(name))
    const unknown = others.find((name) => !specified.has(name))
    if (unknown !== undefined) throw unknownName(clientId, member, unknown)
    return others.map((name) => `${member} has ${JSON.stringify(name)}, which is not registered with the server`)
  })
  const joined = scope.filter((word) => word.includes(',') && scopes?.includes(word) !== true)
  const commas = joined.map(
    (word) => `scope has ${JSON.stringify(word)}, which is one value: separate values by spaces`,
  )
  return [...lacking, ...commas].join('; ')
}

function unknownName(clientId: string, member: string, name: string): AuthlibError {
  const fault = `${member} has ${JSON.stringify(name)}, which is not registered with the server`
  return unservable(clientId, fault, 'Register what handles it, or remove it from the client.')
}

function unservable(clientId: string, fault: string, hint?: string): AuthlibError {
  const message = `client ${JSON.stringify(clientId)}: ${fault}`
  return new AuthlibError('invalid_client_metadata', message, { reason: fault, hint })
}

function sorted(responseType: string): string {
  return responseType.split(' ').sort().join(' ')
}

/** By the IANA registries of OAuth parameters: grant types, response types, methods of the token endpoint. */
const specified: ReadonlySet<string> = new Set([
  ...['authorization_code', 'refresh_token', 'client_credentials', 'implicit', 'password'],
  ...['device_code', 'token-exchange', 'jwt-bearer', 'saml2-bearer'].map(
    (name) => `urn:ietf:params:oauth:grant-type:${name}`,
  ),
  'urn:openid:params:grant-type:ciba',
  ...['code', 'token', 'id_token', 'none', 'code id_token', 'code token', 'id_token token', 'code id_token token'],
  ...['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
  ...['tls_client_auth', 'self_signed_tls_client_auth', 'attest_jwt_client_auth'],
])
