export * from './authorization-error.ts'
export {
  AUTHORIZATION_KIND,
  mergeData,
  readAuthorization,
  slot,
  type Authorization,
  type AuthorizationUpdate,
  type Slot,
} from './authorization.ts'
export * from './authorization-server.ts'
export * from './client.ts'
export { clientSecretBasic } from './client-auth/client-secret-basic.ts'
export * from './client-auth/client-secret-post.ts'
export * from './client-auth/none.ts'
export * from './client-auth/verify-secret.ts'
export * from './clients.ts'
export * from './endpoints/authorize.ts'
export * from './endpoints/introspection.ts'
export * from './endpoints/jwks.ts'
export * from './endpoints/metadata.ts'
export { revocationEndpoint } from './endpoints/revocation.ts'
export * from './endpoints/token.ts'
export * from './events.ts'
export * from './extensions/code-challenge.ts'
export * from './extensions/issuer-parameter.ts'
export * from './extensions/jwt-access-token.ts'
export * from './feature.ts'
export * from './grants/authorization-code.ts'
export * from './grants/client-credentials.ts'
export { refreshTokenGrant, type RefreshTokenGrantOptions } from './grants/refresh-token.ts'
export { demandsSlot, whatToAsk, type Demands, type Progress, type Questions } from './interaction/ask.ts'
export { forgetConsent, rememberConsent, rememberedScope } from './interaction/consents.ts'
export * from './interaction/development.ts'
export * from './interaction/redirect.ts'
export { newAuthorization } from './issue.ts'
export * from './opaque-access-token.ts'
export type { AuthorizationServerOptions, Tenant } from './options.ts'
export type { Registry } from './registry.ts'
export * from './response-modes/fragment.ts'
export * from './response-modes/query.ts'
export type { Owner } from './revoke.ts'
export { endSession, findSession, sessionEnded, startSession } from './sessions.ts'
