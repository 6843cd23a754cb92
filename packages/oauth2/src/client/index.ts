export * from '../client-auth/client-assertion.ts'
export * from '../client-auth/client-secret.ts'
export * from '../client-auth/client-secret-basic.ts'
export * from '../client-auth/client-secret-post.ts'
export * from '../client-auth/none.ts'
export * from '../client-auth/strongest-client-auth.ts'
export type { ClientAuth, ClientAuthContext, ClientAuthResult } from '../client-auth/client-auth.ts'
export { issuerMetadata, type IssuerMetadataOptions, type MetadataSource } from '../issuer-metadata.ts'
export { matchIssuer, type Issuers } from '../issuer-template.ts'
export type { GivenMetadata, ServerMetadata } from '../server-metadata.ts'
export { withParams } from './authorization.ts'
export { OAuth2ClientError } from './errors.ts'
export type {
  ApiRequest,
  AuthorizationDraft,
  ClientContext,
  ClientExtension,
  RequestSubject,
  ServerAnswer,
  ServerRequest,
} from './extension.ts'
export type { AuthorizationOptions, OAuth2Login } from './login.ts'
export * from './oauth2-client.ts'
export * from './oauth2.ts'
export * from './features/backchannel-authentication.ts'
export * from './features/backchannel-pings.ts'
export * from './features/client-metadata-document.ts'
export * from './features/device-authorization.ts'
export * from './features/dpop.ts'
export * from './features/dynamic-registration.ts'
export * from './features/identity-assertion.ts'
export * from './features/jwt-bearer.ts'
export * from './features/mutual-tls.ts'
export * from './features/protected-resource.ts'
export { pushedAuthorization } from './features/pushed-authorization.ts'
export * from './features/saml2-bearer.ts'
export * from './features/signed-request.ts'
export * from './features/signed-response.ts'
export * from './features/token-exchange.ts'
export type { Session } from './session.ts'
export type * from './token-client.ts'
export type { Token } from './token.ts'
