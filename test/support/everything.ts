/** An OpenID provider with everything that foreign clients can use, over TLS. */

import { memoryStore, type JsonObject } from '@authlib/core'
import { generateKey, staticKeys, type Key } from '@authlib/jose'
import { mount, type Middleware } from '@authlib/node'
import { insecurePasswordGrant } from '@authlib/oauth2/legacy'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  backchannelAuthenticationGrant,
  CIBA,
  clientCredentialsGrant,
  clientSecretJwt,
  codeChallenge,
  DEVICE_CODE,
  deviceAuthorizationGrant,
  developmentPages,
  dpop,
  dynamicClientRegistration,
  experimentalClientAttestation,
  formPostMode,
  grantManagement,
  introspectionEndpoint,
  JWT_BEARER,
  jwtAccessToken,
  jwtBearerGrant,
  jwtResponseModes,
  mutualTls,
  privateKeyJwt,
  pushedAuthorizationRequests,
  refreshTokenGrant,
  requestObject,
  resourceIndicators,
  revocationEndpoint,
  richAuthorizationRequests,
  selfSignedTlsClientAuth,
  signedIntrospection,
  staticClients,
  TOKEN_EXCHANGE,
  tokenExchangeGrant,
  type EventListener,
} from '@authlib/oauth2/server'
import { openId } from '@authlib/oidc/server'
import { CERTIFICATE, startTlsServer } from './tls.ts'

export const API = 'https://api.example'
export const SECRET = 'a secret of clients, long enough for HS256'
/** Issuer of assertions for the JWT bearer grant. */
export const SIGNER = 'https://idp.example'

/** Keys of clients, and what they may do. */
export interface Everything {
  readonly issuer: string
  readonly server: AuthorizationServer
  /** Of the client `private_key_jwt`, with its private half. */
  readonly clientKey: Key
  /** Who answers requests of a back channel, and hears of them. */
  readonly asked: { readonly id: string }[]
  stop(): Promise<void>
}

const grants = [
  ...['authorization_code', 'refresh_token', 'client_credentials', 'password'],
  ...[DEVICE_CODE, CIBA, JWT_BEARER, TOKEN_EXCHANGE],
]

/** Clients are named like their authentication method. */
export async function startEverything(
  redirectUri: string,
  onEvent: EventListener = () => undefined,
): Promise<Everything> {
  let listener: Middleware = (_incoming, outgoing) => outgoing.writeHead(503).end()
  const http = await startTlsServer((incoming, outgoing) => listener(incoming, outgoing))
  const clientKey = await generateKey('ES256', { kid: 'c' })
  const asked: { id: string }[] = []
  const client = (method: string, more: object = {}) => ({
    client_id: method,
    token_endpoint_auth_method: method,
    redirect_uris: [redirectUri],
    grant_types: grants,
    response_types: ['code'],
    scope: 'openid email offline_access read write',
    backchannel_token_delivery_mode: 'poll',
    ...more,
  })
  const keys = {
    jwks: { keys: [{ ...clientKey.publicJwk(), alg: 'ES256', kid: 'c' }] },
  } as JsonObject
  const server = new AuthorizationServer({
    issuer: http.url,
    store: memoryStore(),
    secrets: ['a secret of the server, 32 characters'],
    keys: staticKeys([await generateKey('RS256', { kid: 'a' }), await generateKey('ES256', { kid: 'b' })]),
    onEvent,
    clients: staticClients([
      client('client_secret_basic', { client_secret: SECRET }),
      client('client_secret_post', { client_secret: SECRET }),
      client('client_secret_jwt', { client_secret: SECRET }),
      client('private_key_jwt', keys),
      client('self_signed_tls_client_auth', {
        jwks: { keys: [{ kty: 'EC', crv: 'P-256', ...coordinates, x5c: [der] }] },
      }),
      client('none', { grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE] }),
      { client_id: 'api', client_secret: SECRET, grant_types: [], trust: { resourceServer: true }, resource: API },
    ]),
  })
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(), clientCredentialsGrant(), revocationEndpoint(), introspectionEndpoint())
    .register(openId({ claims: () => ({ email: 'alice@mail.example' }) }))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
    .register(pushedAuthorizationRequests(), requestObject({ algorithms: ['ES256'] }), jwtResponseModes(), formPostMode)
    .register(privateKeyJwt(), clientSecretJwt(), selfSignedTlsClientAuth(), mutualTls(), dpop({ nonce: true }))
    .register(deviceAuthorizationGrant({ interval: 1 }), tokenExchangeGrant({ allow: () => true }))
    .register(
      backchannelAuthenticationGrant({
        interval: 1,
        findSubject: ({ value }) => value,
        notify: ({ id }) => void asked.push({ id }),
      }),
    )
    .register(
      jwtBearerGrant({
        issuers: {
          [SIGNER]: {
            keys: clientKey,
            algorithms: ['ES256'],
            subjectOf: ({ claims }) => ({ subject: claims.sub ?? '' }),
          },
        },
      }),
    )
    .register(jwtAccessToken({ audience: API, algorithm: 'ES256' }), signedIntrospection(), grantManagement())
    .register(experimentalClientAttestation({ attesters: clientKey, algorithms: ['ES256'], challenge: true }))
    .register(resourceIndicators({ resources: { [API]: { scope: ['read', 'write'], algorithm: 'ES256' } } }))
    .register(
      richAuthorizationRequests({ types: { payment: { validate: ({ amount }) => typeof amount === 'string' } } }),
    )
    .register(dynamicClientRegistration({ access: 'open', grantTypes: ['authorization_code', 'client_credentials'] }))
    .register(
      insecurePasswordGrant({ findSubject: ({ username, password }) => (password === 'wonderland' ? username : null) }),
    )
  listener = mount(server)
  return { issuer: http.url, server, clientKey, asked, stop: () => http.stop() }
}

const der = CERTIFICATE.replace(/-----.*-----|\n/g, '')
/** Of the key in the certificate. */
const coordinates = {
  x: '4U2RFx7SEvd8PECwyIkuaDUuvx2nE9rzOXohGYkvpLU',
  y: 'tl7fau5cmn5TnN2TkYQtyJjP1BV-6qS5MJNQmiMm6yg',
}
