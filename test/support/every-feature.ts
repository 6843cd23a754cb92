/** A server with everything registered that the packages have. */

import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys, type Key, type KeySetLike } from '@authlib/jose'
import { insecureImplicitResponseType, insecurePasswordGrant } from '@authlib/oauth2/legacy'
import * as as from '@authlib/oauth2/server'
import * as op from '@authlib/oidc/server'

export interface EverythingOptions {
  readonly clients: readonly as.ConfiguredClient[]
  /** Of assertions of other issuers: clients' software, identity providers. */
  readonly trusted: KeySetLike
  /** Reaches what clients publish. */
  readonly fetch: typeof fetch
}

/** Algorithms of the keys, the first of which is the default. */
const KEYS = ['RS256', 'ES256', 'PS256', 'Ed25519'] as const

let keys: readonly Key[] | undefined

export async function everything({ clients, trusted, fetch }: EverythingOptions): Promise<as.AuthorizationServer> {
  keys ??= await Promise.all(KEYS.map((alg) => generateKey(alg)))
  const server = new as.AuthorizationServer({
    issuer: 'http://localhost:4000',
    store: memoryStore(),
    secrets: ['an example secret of 32 characters'],
    keys: staticKeys(keys),
    clients: as.staticClients(clients),
    scopes: ['openid', 'profile', 'email', 'offline_access', 'read', 'write'],
    outgoing: { fetch, allowPrivateAddresses: true },
    onEvent: () => undefined,
  })
  const claims = (subject: string) => ({ sub: subject, name: 'Alice', email: 'alice@example.org' })
  return server
    .registerGrant(as.authorizationCodeGrant(), [as.codeChallenge({ requiredFor: 'public_clients' })])
    .register(
      as.refreshTokenGrant(),
      as.clientCredentialsGrant(),
      as.deviceAuthorizationGrant(),
      as.tokenExchangeGrant({ allow: () => true }),
      as.jwtBearerGrant({
        issuers: {
          'https://idp.example': { keys: trusted, algorithms: ['ES256'], subjectOf: () => ({ subject: 'alice' }) },
        },
      }),
      as.saml2BearerGrant({
        verify: ({ now }) => ({ issuer: 'https://idp.example', id: 'a', expiresAt: now + 60, subject: 'alice' }),
      }),
      as.backchannelAuthenticationGrant({ findSubject: () => 'alice', notify: () => undefined }),
      insecurePasswordGrant({ findSubject: ({ password }) => (password === 'alice' ? 'alice' : null) }),
      insecureImplicitResponseType,
      op.hybridResponseType,
      op.idTokenResponseType,
      op.noneResponseType,
      op.insecureFrontChannelTokens(),
      as.formPostMode,
      as.jwtResponseModes(),
      as.privateKeyJwt(),
      as.clientSecretJwt(),
      as.tlsClientAuth,
      as.selfSignedTlsClientAuth(),
      as.experimentalClientAttestation({ attesters: trusted, algorithms: ['ES256'], challenge: true }),
      as.revocationEndpoint(),
      as.introspectionEndpoint(),
      as.signedIntrospection(),
      as.signedMetadata(),
      as.pushedAuthorizationRequests(),
      as.requestObject({ byReference: 'any' }),
      as.dpop(),
      as.mutualTls({ aliasOrigin: 'https://mtls.localhost:4001' }),
      as.resourceIndicators({ resources: { 'https://api.example': { scope: ['read', 'write'] } } }),
      as.richAuthorizationRequests({ types: { payment: { validate: () => true } } }),
      as.grantManagement(),
      as.dynamicClientRegistration({ access: 'open' }),
      as.clientIdMetadataDocuments(),
      as.developmentPages({ users: [{ username: 'alice' }], acrValues: ['pwd', 'mfa'] }),
      op.openId({ claims, accountCreation: true }),
      op.claimsParameter(),
      op.pairwiseSubjects({ salt: 'an example salt of 32 characters!' }),
      op.encryptedAnswers(),
      op.rpInitiatedLogout(),
      op.backChannelLogout(),
      op.frontChannelLogout(),
      op.webFinger({ accepts: () => true }),
    )
}
