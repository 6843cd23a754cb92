export * from './authorization-error.ts'
export {
  AUTHORIZATION_KIND,
  mergeData,
  readAuthorization,
  slot,
  type Authorization,
  type AuthorizationUpdate,
  type Slot,
} from './records/authorization.ts'
export * from './authorization-server.ts'
export * from './contract/client.ts'
export { clientSecretBasic } from './client-auth/client-secret-basic.ts'
export * from './client-auth/client-secret-post.ts'
export * from './client-auth/none.ts'
export * from './client-auth/verify-secret.ts'
export * from './records/clients.ts'
export * from './features/authorization-endpoint.ts'
export * from './features/introspection.ts'
export * from './features/jwks.ts'
export * from './features/server-metadata.ts'
export { revocationEndpoint } from './features/revocation.ts'
export * from './features/token-endpoint.ts'
export * from './contract/events.ts'
export * from './features/code-challenge.ts'
export * from './features/issuer-parameter.ts'
export * from './features/jwt-access-token.ts'
export * from './contract/feature.ts'
export * from './features/authorization-code.ts'
export * from './features/client-credentials.ts'
export { refreshTokenGrant, type RefreshTokenGrantOptions } from './features/refresh-token.ts'
export { demandsSlot, whatToAsk, type Demands, type Progress, type Questions } from './interaction/ask.ts'
export { forgetConsent, rememberConsent, rememberedScope } from './records/consent.ts'
export * from './interaction/development.ts'
export * from './interaction/redirect.ts'
export { newAuthorization } from './kernel/token-request.ts'
export * from './features/opaque-access-token.ts'
export type { AuthorizationServerOptions, Tenant } from './kernel/options.ts'
export type { Registry } from './kernel/registry.ts'
export * from './response-modes/form-post.ts'
export * from './response-modes/fragment.ts'
export * from './response-modes/query.ts'
export type { Owner } from './kernel/revoke.ts'
export { endSession, findSession, sessionEnded, startSession } from './records/session.ts'
