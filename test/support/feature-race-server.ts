/** A server with everything that is used up once, alike in every process: for races. */

import type { JsonObject, Store } from '@authlib/core'
import { importJwk, type Jwk } from '@authlib/jose'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  backchannelAuthenticationGrant,
  CIBA,
  clientCredentialsGrant,
  codeChallenge,
  DEVICE_CODE,
  deviceAuthorizationGrant,
  dpop,
  dynamicClientRegistration,
  experimentalClientAttestation,
  findDeviceRequest,
  grantManagement,
  JWT_BEARER,
  jwtBearerGrant,
  legacyTokenReader,
  privateKeyJwt,
  pushedAuthorizationRequests,
  refreshTokenGrant,
  SAML2_BEARER,
  saml2BearerGrant,
  staticClients,
  TOKEN_EXCHANGE,
  tokenExchangeGrant,
  type Endpoint,
} from '@authlib/oauth2/server'

export const ISSUER = 'http://127.0.0.1:4000'
export const REDIRECT_URI = 'https://app.example/cb'

/** Its public key is the first argument of each process. */
export const SIGNER = 'https://idp.example'

export const CLIENT = {
  client_id: 'app',
  client_secret: 'app-secret-app-secret-app-secret',
  redirect_uris: [REDIRECT_URI],
  grant_types: [
    ...['authorization_code', 'refresh_token', 'client_credentials'],
    ...[DEVICE_CODE, CIBA, JWT_BEARER, SAML2_BEARER, TOKEN_EXCHANGE],
  ],
  response_types: ['code'],
  scope: 'read write grant_management_query grant_management_revoke',
}

/** The issuer is one for all processes, whatever port each has: as behind a load balancer. */
export function featureRaceServer(store: Store, publicJwk: Jwk): AuthorizationServer {
  const key = importJwk(publicJwk)
  const machine = { grant_types: ['client_credentials'], scope: 'read' }
  const server = new AuthorizationServer({
    issuer: ISSUER,
    store,
    secrets: ['a secret that all the processes share'],
    onEvent: () => undefined,
    clients: staticClients([
      CLIENT,
      {
        ...machine,
        client_id: 'signing',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [publicJwk] } as JsonObject,
      },
      { ...machine, client_id: 'attested', token_endpoint_auth_method: 'attest_jwt_client_auth' },
    ]),
  })
  return server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(
      refreshTokenGrant({ reuseInterval: 60 }),
      clientCredentialsGrant(),
      tokenExchangeGrant({ allow: () => true }),
    )
    .register(
      deviceAuthorizationGrant({ interval: 1, verificationUri: 'https://as.example/device' }),
      backchannelAuthenticationGrant({ interval: 1, findSubject: ({ value }) => value, notify: () => undefined }),
      jwtBearerGrant({
        issuers: {
          [SIGNER]: { keys: key, algorithms: ['ES256'], subjectOf: ({ claims }) => ({ subject: claims.sub ?? '' }) },
        },
      }),
      saml2BearerGrant({
        verify: ({ xml, now }) => ({ issuer: SIGNER, id: xml, expiresAt: now + 300, subject: 'alice' }),
      }),
    )
    .register(pushedAuthorizationRequests(), privateKeyJwt(), dpop(), dynamicClientRegistration(), grantManagement())
    .register(experimentalClientAttestation({ attesters: key, algorithms: ['ES256'] }))
    .register(
      legacyTokenReader({
        refreshToken: (token, { clock }) =>
          token.startsWith('old-')
            ? { clientId: 'app', subject: 'alice', scope: ['read'], expiresAt: clock() + 3600 }
            : null,
      }),
    )
    .register(answerEndpoint)
}

/** What a login and consent page of the application does, for whoever `subject` names. */
const answerEndpoint: Endpoint = {
  kind: 'endpoint',
  name: 'race_answer',
  path: '/answer',
  methods: ['POST'],
  cors: false,
  metadata: () => ({}),
  async handle(http, server) {
    const params = new URLSearchParams(await http.text())
    const decision = { subject: params.get('subject') ?? '', authTime: server.clock() }
    const userCode = params.get('user_code')
    const request =
      userCode === null
        ? await server.requests.authorization(new Request(`${ISSUER}/authorize?${params.toString()}`))
        : await findDeviceRequest(server, userCode, { wrongCodes: 1_000_000 })
    if (!request) return { status: 409, headers: [], body: '' }
    return server.requests.answer(request, decision)
  },
}
