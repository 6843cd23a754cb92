/**
 * Token introspection.
 *
 * @spec RFC 7662
 */

import { jsonResponse, noStore, type HttpRequest, type HttpResponse, type JsonObject } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import { invalidClient, invalidRequest } from '../../errors.ts'
import { formatScope } from '../../scope.ts'
import { isPublicClient, type Client } from '../contract/client.ts'
import { moment, type Moment } from '../contract/moments.ts'
import type { FoundToken } from '../contract/plans.ts'
import type { Endpoint } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'

export interface IntrospectionOptions {
  /**
   * Whether a caller may learn about a token; others are told that it is not active. Default: {@link mayIntrospect}.
   */
  readonly allow?: ((caller: Client, token: FoundToken) => boolean) | undefined
  /** Members to add to an active answer. Protocol members win. */
  readonly claims?: ((token: FoundToken) => JsonObject | Promise<JsonObject>) | undefined
}

/** What is answered, and to whom. */
export interface IntrospectionAnswer {
  readonly server: Server
  readonly http: HttpRequest
  readonly caller: Client
  readonly answer: JsonObject
}

/** Answers in another form than JSON. The first handler that returns a response decides. */
export const introspectionAnswer: Moment<IntrospectionAnswer, HttpResponse> = moment('introspection_answer')

/**
 * Tells resource servers about tokens. RFC 7662.
 *
 * @example
 * server.register(introspectionEndpoint())
 */
export function introspectionEndpoint({
  allow = mayIntrospect,
  claims,
  ...others
}: IntrospectionOptions = {}): Endpoint {
  refuseUnknownOptions('introspectionEndpoint', others)
  return {
    kind: 'endpoint',
    name: 'introspection',
    path: '/introspect',
    methods: ['POST'],
    cors: false, // called by servers
    direct: true,
    async handle(request, server) {
      const { client: caller, params } = await server.clients.receive(request, 'introspection')
      if (isPublicClient(caller)) throw invalidClient('', { reason: 'a public client cannot introspect' }) // §2.1
      const text = params.get('token')
      if (text === undefined) throw invalidRequest('token is missing')
      const token = await server.tokens.find(text)
      const withheld = token && (await whyWithheld(server, caller, token, allow))
      if (withheld)
        server.emit({ type: 'introspection.withheld', at: server.clock(), clientId: caller.clientId, reason: withheld })
      const known = token && !withheld
      const answer = known ? { ...(await claims?.(token)), ...describe(token, server.issuer) } : { active: false } // §2.2
      for (const respond of server.handlers(introspectionAnswer)) {
        const response = await respond({ server, http: request, caller, answer })
        if (response) return response
      }
      return jsonResponse(200, answer, noStore)
    },
  }
}

/**
 * A client may look at its own tokens. A client that is trusted as a resource server may look at access tokens that name
 * no audience, or name its `client_id` or a `resource` of its metadata.
 */
export function mayIntrospect(caller: Client, token: FoundToken): boolean {
  if (token.authorization.clientId === caller.clientId) return true
  if (caller.resourceServer !== true || token.kind !== 'access_token') return false
  const { resource } = caller.metadata
  const names = [caller.clientId, ...(Array.isArray(resource) ? (resource as unknown[]) : [resource])]
  return token.audience.length === 0 || token.audience.some((audience) => names.includes(audience))
}

/** Why the caller learns nothing about a live token, in words for the log; null when it may know. */
async function whyWithheld(
  server: Server,
  caller: Client,
  token: FoundToken,
  allow: NonNullable<IntrospectionOptions['allow']>,
): Promise<string | null> {
  const { clientId } = token.authorization
  if (!allow(caller, token)) {
    if (token.kind !== 'access_token') return `the token is a ${token.kind} of another client`
    return caller.resourceServer === true
      ? 'the token is for another audience'
      : 'the client is not trusted as a resource server'
  }
  const gone =
    clientId !== caller.clientId && (await server.clients.find(clientId, { endpoint: 'introspection' })) === null
  return gone ? 'the client of the token is gone' : null
}

/** §2.2 */
function describe(token: FoundToken, issuer: string): JsonObject {
  const { authorization, audience } = token
  return {
    ...token.claims,
    active: true,
    iss: issuer,
    client_id: authorization.clientId,
    ...(authorization.subject === undefined ? {} : { sub: authorization.subject }),
    ...(token.scope.length > 0 ? { scope: formatScope(token.scope) } : {}),
    ...(audience.length > 0 ? { aud: audience.length === 1 ? audience[0] : audience } : {}),
    // A refresh token authorizes nothing at a resource: without a word about it, it would pass for a Bearer token.
    token_type: token.kind === 'access_token' ? (token.tokenType ?? 'Bearer') : 'N_A', // RFC 8693 §2.2.1 has the name
    iat: token.issuedAt,
    exp: token.expiresAt,
    ...(authorization.authTime === undefined ? {} : { auth_time: authorization.authTime }), // RFC 9470 §6.2
    ...(authorization.acr === undefined ? {} : { acr: authorization.acr }),
  }
}
