/**
 * Claims about the end-user, for holders of an access token with the scope `openid`.
 *
 * @spec OpenID Connect Core 1.0 §5.3
 */

import { AuthlibError, jsonResponse, noStore, type HttpResponse, type JsonObject } from '@authlib/core'
import { signJwt } from '@authlib/jose'
import {
  bearer,
  dpop,
  invalidToken,
  mutualTls,
  ResourceProtector,
  storedReplays,
  type ResourceToken,
  type TokenScheme,
} from '@authlib/oauth2/resource'
import type { Authorization, Client, Endpoint, Server } from '@authlib/oauth2/server'
import { localesOf } from '../authentication-request.ts'
import { clientAnswer, firstOf, subjectFor } from '../moments.ts'
import { registeredAlgorithm, signatureAlgorithms } from '../registration.ts'
import { signingKeyFor } from '../signing.ts'
import { releaseClaims, type ClaimsOptions } from '../subject-claims.ts'

export interface UserinfoEndpointOptions extends ClaimsOptions {
  /**
   * How access tokens may be presented. Default: in the Authorization header, as `Bearer`, and as `DPoP` where the server
   * issues such tokens. `[bearer({ insecureFormBody: true })]` of
   * `@authlib/oauth2/resource` takes them in the body of a POST too.
   */
  readonly schemes?: readonly TokenScheme[] | undefined
}

/** Answers in JSON, or in a signed JWT for clients that are registered for `userinfo_signed_response_alg`. */
export function userinfoEndpoint(options: UserinfoEndpointOptions): Endpoint {
  const protectors = new WeakMap<Server, ResourceProtector<OwnToken>>()
  return {
    kind: 'endpoint',
    name: 'userinfo',
    path: '/userinfo',
    methods: ['GET', 'POST'],
    cors: true,
    metadata: (server) => ({
      userinfo_endpoint: server.url('userinfo'),
      userinfo_signing_alg_values_supported: signatureAlgorithms(server),
    }),
    async handle(request, server) {
      const protector = protectors.get(server) ?? createProtector(server, options)
      protectors.set(server, protector)
      try {
        const token = await protector.protect(request, 'openid')
        return await answer(options, server, token)
      } catch (error) {
        return protector.respond(error)
      }
    },
  }
}

interface OwnToken extends ResourceToken {
  readonly authorization: Authorization
}

/** Opaque or not: the server that issued the token is asked. */
function createProtector(server: Server, { schemes }: UserinfoEndpointOptions): ResourceProtector<OwnToken> {
  return new ResourceProtector<OwnToken>({
    resource: server.url('userinfo'),
    realm: server.issuer,
    clock: server.clock,
    onError(error) {
      if (error instanceof AuthlibError && error.status < 500) return
      server.emit({ type: 'server.error', at: server.clock(), error })
    },
    schemes: schemes ?? defaultSchemes(server),
    confirmations: [mutualTls()],
    validators: [
      {
        async validate(text) {
          const found = await server.tokens.find(text)
          if (found?.kind !== 'access_token') return null
          const { authorization, scope, audience, expiresAt, tokenType = 'Bearer', claims } = found
          if (!isForUserinfo(audience, server)) throw invalidToken('the token is for another resource')
          const { clientId, subject } = authorization
          return { authorization, clientId, subject, scope, audience, expiresAt, tokenType, claims }
        },
      },
    ],
  })
}

/** DPoP where tokens are bound to keys: what is published says so. */
function defaultSchemes(server: Server): readonly TokenScheme[] {
  const { dpop_signing_alg_values_supported: algorithms } = server.metadata()
  if (!Array.isArray(algorithms)) return [bearer()]
  const replays = storedReplays(server.store, 'dpop_userinfo')
  return [bearer(), dpop({ algorithms: algorithms as string[], replays, url: () => server.url('userinfo') })]
}

/** A token that names an audience must name this provider: a token for an API gives the API no claims about the person. */
function isForUserinfo(audience: readonly string[], server: Server): boolean {
  return audience.length === 0 || audience.includes(server.url('userinfo')) || audience.includes(server.issuer)
}

async function answer(options: ClaimsOptions, server: Server, token: OwnToken): Promise<HttpResponse> {
  const { subject, clientId } = token.authorization
  const client = await server.clients.find(clientId, { endpoint: 'userinfo' })
  if (!client) throw invalidToken('the client is gone')
  if (subject === undefined) throw invalidToken('the client acts for itself')
  const { authorization, scope } = token
  const locales = localesOf(authorization)
  const context = { server, client, authorization, scope, use: 'userinfo', locales } as const
  const released = await releaseClaims(options, subject, context)
  if (!released) throw invalidToken('there is no such subject any more')
  const claims: JsonObject = { ...released, sub: await subjectFor({ server, client, subject }) } // §5.3.2: always
  const alg = registeredAlgorithm(client, 'userinfo_signed_response_alg', server)
  const content = alg === undefined ? claims : await signed(server, client, claims, alg)
  const changed = await firstOf(server.handlers(clientAnswer), { server, client, use: 'userinfo', content })
  const body = changed ?? content
  if (typeof body !== 'string') return jsonResponse(200, body, noStore)
  return { status: 200, headers: [['content-type', 'application/jwt'], ...noStore], body }
}

/** §5.3.2 */
async function signed(server: Server, client: Client, claims: JsonObject, alg: string): Promise<string> {
  const key = await signingKeyFor(server, client, alg)
  return signJwt({ ...claims, iss: server.issuer, aud: client.clientId }, key, { alg, lifetime: null })
}
