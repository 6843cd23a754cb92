/** An OAuth 1 server on node:http for peers: it approves whatever comes to its authorization page. */

import { memoryStore, noStore, type HttpResponse, type Store } from '@authlib/core'
import { currentToken, mount, nodeRequest, protect } from '@authlib/node'
import {
  hmacSha1,
  hmacSha256,
  hmacSha512,
  plaintext,
  rsaSha1,
  rsaSha256,
  rsaSha512,
  type SignatureMethod,
} from '@authlib/oauth1'
import {
  OAuth1Server,
  ResourceProtector,
  staticClients,
  type OAuth1ResourceToken,
  type RegisteredClient,
} from '@authlib/oauth1/server'
import { startNodeServer, type TestServer } from '@authlib/testing'
import type { IncomingMessage, ServerResponse } from 'node:http'

export const EVERY_METHOD: readonly SignatureMethod[] = [
  hmacSha1,
  hmacSha256,
  hmacSha512,
  rsaSha1,
  rsaSha256,
  rsaSha512,
  plaintext,
]

/** What clients sign in races: the same for all processes, whatever port each has, as behind a load balancer. */
export const RACE_ORIGIN = 'http://127.0.0.1:4000'

export const RACE_CLIENT: RegisteredClient = {
  clientId: 'race',
  clientSecret: 'secret of the race',
  redirectUris: ['https://app.example/cb'],
}

/** Endpoints below the URL: `/oauth1/initiate`, `/authorize`, `/oauth1/token`, and `/who` for any method. */
export async function startOAuth1Provider({
  clients,
  origin,
  store = memoryStore(),
}: {
  clients: readonly RegisteredClient[]
  /** What clients sign. Default: the URL of the server. */
  origin?: string
  store?: Store
}): Promise<TestServer> {
  const routes: { answer?: (incoming: IncomingMessage, outgoing: ServerResponse) => void } = {}
  const http = await startNodeServer((incoming, outgoing) => routes.answer?.(incoming, outgoing))
  const options = {
    origin: origin ?? http.url,
    store,
    secrets: ['a secret that all the processes share'],
    clients: staticClients(clients),
    signatureMethods: EVERY_METHOD,
  }
  const server = new OAuth1Server(options)
  const mounted = mount(server)
  const protectedRoute = protect(new ResourceProtector(options))
  routes.answer = (incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', http.url).pathname
    if (path === '/authorize') void approve(server, incoming, outgoing)
    else if (path.startsWith('/who')) protectedRoute(incoming, outgoing, () => void tell(incoming, outgoing))
    else mounted(incoming, outgoing)
  }
  return http
}

async function approve(server: OAuth1Server, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const answer = async (): Promise<HttpResponse> => {
    const request = await server.validateAuthorizationRequest(nodeRequest(incoming))
    return server.createAuthorizationResponse(request, { subject: 'ann' })
  }
  const { status, headers, body } = await answer().catch((error: unknown) => server.respondToPerson(error))
  outgoing.writeHead(status, headers.flat()).end(body)
}

async function tell(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { clientId, subject } = currentToken<OAuth1ResourceToken>(incoming) ?? {}
  const body = await nodeRequest(incoming).text()
  outgoing.writeHead(200, [...noStore.flat(), 'content-type', 'application/json'])
  outgoing.end(JSON.stringify({ clientId, subject, body }))
}
