/** A provider under the profiles of FAPI: 2.0 Security Profile, Message Signing, and CIBA. */

import { scopes } from '@authlib-examples/demo/provider/clients'
import { findClaims, usernames } from '@authlib-examples/demo/provider/users'
import { jsonResponse, readQuery, type JsonObject } from '@authlib/core'
import type { JwsAlgorithmName } from '@authlib/jose'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  backchannelAuthenticationGrant,
  clientCredentialsGrant,
  codeChallenge,
  developmentPages,
  dpop,
  findBackchannelRequest,
  issuerParameter,
  jwtResponseModes,
  mutualTls,
  privateKeyJwt,
  pushedAuthorizationRequests,
  refreshTokenGrant,
  requestObject,
  richAuthorizationRequests,
  staticClients,
  tlsClientAuth,
  type BackchannelAuthenticationOptions,
  type Endpoint,
} from '@authlib/oauth2/server'
import { claimsParameter, openId } from '@authlib/oidc/server'
import type { ProviderOptions } from './provider.ts'

/** Of FAPI 2.0 Security Profile §5.4.1. The first signs ID Tokens of clients that name none. */
export const fapiAlgorithms: readonly JwsAlgorithmName[] = ['PS256', 'ES256']

const profiles = ['fapi2', 'fapi2-message-signing', 'fapi-ciba'] as const

export type FapiProfile = (typeof profiles)[number]

export function isFapiProfile(name: string): name is FapiProfile {
  return profiles.some((profile) => profile === name)
}

export interface FapiProviderOptions extends ProviderOptions {
  readonly profile: FapiProfile
  /** Origin at which the endpoints ask for a certificate of the client. */
  readonly mtlsOrigin?: string | undefined
}

export function createFapiProvider({
  clients,
  profile,
  mtlsOrigin,
  ...options
}: FapiProviderOptions): AuthorizationServer {
  const algorithms = fapiAlgorithms
  const audience = profile === 'fapi-ciba' ? 'issuer_or_endpoint' : 'issuer' // §5.3.2.1; FAPI-CIBA is older
  const server = new AuthorizationServer({
    ...options,
    scopes,
    clients: staticClients(clients.map((client) => ({ ...client, trust: { refreshTokenRotation: false } }))), // §5.3.2.1
    clientAuthMethods: [privateKeyJwt({ audience, algorithms }), tlsClientAuth],
    outgoing: { allowPrivateAddresses: true }, // the suite is notified on this machine
  })
    .registerGrant(authorizationCodeGrant({ lifetime: 60, doubleSubmitInterval: 0 }), [codeChallenge()])
    .register(refreshTokenGrant(), clientCredentialsGrant())
    .register(mutualTls({ aliasOrigin: mtlsOrigin }), dpop({ algorithms }), issuerParameter)
    .register(openId({ claims: (subject) => findClaims(subject) ?? null }), claimsParameter())
    .register(developmentPages({ users: usernames.map((username) => ({ username })), acrValues: ['password'] }))
  if (profile === 'fapi-ciba')
    return server.registerGrant(backchannelAuthenticationGrant(ciba)).registerEndpoint(decide)
  server.register(pushedAuthorizationRequests({ required: true }), richAuthorizationRequests({ types: detailTypes }))
  if (profile === 'fapi2') return server
  return server.register(requestObject({ required: true, algorithms, maxLifetime: 3600 }), jwtResponseModes())
}

/** For the plans with `authorization_request_type=rar`. */
const detailTypes = {
  account_information: { validate: ({ actions }: JsonObject) => Array.isArray(actions) && actions.length > 0 },
}

/** Nobody is told: the suite decides for the person. */
const ciba: BackchannelAuthenticationOptions = {
  findSubject: ({ kind, value }) => (kind === 'login_hint' && usernames.includes(value) ? value : null),
  notify: () => undefined,
  signingAlgorithms: fapiAlgorithms,
}

/** `automated_ciba_approval_url` of the suite: answers in the place of the person. */
const decide: Endpoint = {
  kind: 'endpoint',
  name: 'decide',
  path: '/decide',
  methods: ['POST'],
  cors: false,
  metadata: () => ({}),
  async handle(http, server) {
    const query = readQuery(http)
    const [, id = ''] = /^[a-z]+_([^.]+)\./.exec(query.get('token') ?? '') ?? []
    const request = await findBackchannelRequest(server, id)
    if (!request) return jsonResponse(404, { error: 'no such request' })
    const subject = request.params.get('login_hint') ?? ''
    const login = { subject, authTime: server.clock(), acr: 'password', amr: ['pwd'] }
    await server.requests.answer(request, query.get('action') === 'deny' ? { denied: true } : login)
    return jsonResponse(200, {})
  },
}
