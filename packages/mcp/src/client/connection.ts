/** A client at the authorization server of one MCP server, with the tokens of one account. */

import { AuthlibError, type TokenStore } from '@authlib/core'
import { apiSession, OAuth2Client, type ServerMetadata, type Session } from '@authlib/oauth2/client'
import { findAuthority, findResource, type Resource } from './authority.ts'
import { identify, type IdentityOptions } from './identity.ts'
import type { McpLogin } from './options.ts'

export interface Connection {
  readonly issuer: string
  readonly resource: Resource
  readonly metadata: ServerMetadata
  readonly client: OAuth2Client
  readonly session: Session
  /** Runs a token request; a client that the server no longer knows is forgotten. */
  readonly forgetting: <T>(action: () => Promise<T>) => Promise<T>
}

export interface ConnectionOptions extends IdentityOptions {
  readonly tokens: TokenStore
}

export async function connect(challenge: string | null | undefined, options: ConnectionOptions): Promise<Connection> {
  const resource = await findResource(challenge, options)
  return connectTo(chooseIssuer(resource.authorizationServers, options), resource, options)
}

/** Where a login began, which may have been another process. */
export function reconnect(
  { issuer, resource: [named] = [] }: McpLogin,
  options: ConnectionOptions,
): Promise<Connection> {
  if (issuer === undefined || named === undefined) throw new TypeError('`login` must be what `onLogin` was given')
  const isOld = issuer === new URL(options.url).origin
  return connectTo(issuer, { resource: named, authorizationServers: [issuer], isOld }, options)
}

async function connectTo(issuer: string, resource: Resource, options: ConnectionOptions): Promise<Connection> {
  const { url, tokens, account = '', extensions, addresses, timeout, clock, random, fetch, obtain } = options
  const { metadata } = await findAuthority(issuer, resource.isOld, options)
  const { clientId, clientAuth, registered } = await identify(issuer, metadata, options)
  const client = new OAuth2Client({
    clientId,
    clientAuth,
    metadata,
    tokens,
    extensions,
    resources: [new URL(url).origin],
    addresses,
    timeout,
    clock,
    random,
    fetch,
  })
  // A token of another issuer, client or resource is never found here.
  const key = JSON.stringify([account, issuer, clientId, resource.resource])
  const request = { resource: [resource.resource], scope: resource.scopes }
  const session = apiSession(client, { key, ...(obtain && { obtain: () => obtain(client, request) }) })
  return {
    issuer,
    resource,
    metadata,
    client,
    session,
    async forgetting(action) {
      try {
        return await action()
      } catch (error) {
        const unknown = error instanceof AuthlibError && error.code === 'invalid_client'
        if (unknown && registered) await options.registrations.save(issuer, null)
        throw error
      }
    },
  }
}

function chooseIssuer(issuers: readonly string[], { chooseIssuer: choose, clients = [] }: ConnectionOptions): string {
  if (choose !== undefined) {
    const chosen = choose(issuers)
    if (!issuers.includes(chosen)) throw new TypeError('`chooseIssuer` must return one of the issuers')
    return chosen
  }
  return issuers.find((issuer) => clients.some((client) => client.issuer === issuer)) ?? issuers[0]!
}
