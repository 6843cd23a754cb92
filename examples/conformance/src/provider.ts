/** An OpenID provider with everything that the plans of a conformance suite ask for. */

import { scopes } from '@authlib-examples/demo/provider/clients'
import { findClaims, usernames } from '@authlib-examples/demo/provider/users'
import { bearer } from '@authlib/oauth2/resource'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  clientCredentialsGrant,
  clientSecretJwt,
  codeChallenge,
  developmentPages,
  dynamicClientRegistration,
  formPostMode,
  introspectionEndpoint,
  issuerParameter,
  jwtResponseModes,
  privateKeyJwt,
  pushedAuthorizationRequests,
  refreshTokenGrant,
  requestObject,
  revocationEndpoint,
  staticClients,
  type AuthorizationServerOptions,
  type Client,
  type ClientMetadata,
} from '@authlib/oauth2/server'
import {
  backChannelLogout,
  claimsParameter,
  encryptedAnswers,
  frontChannelLogout,
  hybridResponseType,
  idTokenResponseType,
  insecureFrontChannelTokens,
  noneResponseType,
  openId,
  pairwiseSubjects,
  rpInitiatedLogout,
  secretSignatures,
  sessionManagement,
} from '@authlib/oidc/server'

export interface ProviderOptions extends Pick<AuthorizationServerOptions, 'issuer' | 'store' | 'secrets' | 'keys'> {
  readonly clients: readonly ClientMetadata[]
}

export function createProvider({ clients, ...options }: ProviderOptions): AuthorizationServer {
  return new AuthorizationServer({
    ...options,
    scopes,
    clients: staticClients(clients),
    outgoing: { allowPrivateAddresses: true }, // the suite receives logout tokens on this machine
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge({ requiredFor: usesPkce })])
    .register(refreshTokenGrant(), clientCredentialsGrant())
    .register(privateKeyJwt(), clientSecretJwt())
    .register(
      openId({ claims: (subject) => findClaims(subject) ?? null, schemes: [bearer({ insecureFormBody: true })] }),
    ) // Core §5.3.1: in the body too
    .register(hybridResponseType, idTokenResponseType, noneResponseType, insecureFrontChannelTokens())
    .register(formPostMode, jwtResponseModes(), issuerParameter)
    .register(
      claimsParameter(),
      requestObject({ parameters: 'merged', byReference: 'registered' }),
      pushedAuthorizationRequests(),
    )
    .register(pairwiseSubjects({ salt: options.secrets[0]! }), encryptedAnswers())
    .register(rpInitiatedLogout(), backChannelLogout(), frontChannelLogout(), sessionManagement())
    .register(secretSignatures({ algorithms: ['HS256', 'HS384', 'HS512'] }))
    .register(revocationEndpoint(), introspectionEndpoint())
    .register(dynamicClientRegistration({ access: 'open' }))
    .register(developmentPages({ users: usernames.map((username) => ({ username })), acrValues: ['password'] }))
}

/** The plans for OpenID Connect Core are older than RFC 7636: the clients of the file say so, and others cannot. */
function usesPkce({ metadata, registrationTokenHash }: Client): boolean {
  return metadata['require_pkce'] !== false && registrationTokenHash === undefined
}
