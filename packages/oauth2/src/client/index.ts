export * from '../client-auth/client-secret.ts'
export * from '../client-auth/client-secret-basic.ts'
export * from '../client-auth/client-secret-post.ts'
export * from '../client-auth/none.ts'
export type { ClientAuth, ClientAuthContext, ClientAuthResult } from '../client-auth/client-auth.ts'
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
export { pushedAuthorization } from './pushed-authorization.ts'
export type { Session } from './session.ts'
export type { Token } from './token.ts'
