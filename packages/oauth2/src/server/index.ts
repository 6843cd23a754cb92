export { AuthorizationError } from './authorization-error.ts'
export * from './authorization-server.ts'
export * from './call-endpoint.ts'
export { clientSecretBasic } from './client-auth/client-secret-basic.ts'
export { type ClientAssertionOptions } from './client-auth/client-assertion.ts'
export * from './client-auth/client-attestation.ts'
export * from './client-auth/client-secret-jwt.ts'
export * from './client-auth/client-secret-post.ts'
export * from './client-auth/none.ts'
export * from './client-auth/private-key-jwt.ts'
export * from './certificate-header.ts'
export * from './client-auth/tls-client-auth.ts'
export * from './client-auth/verify-secret.ts'
export * from './contract/answer-moments.ts'
export type * from './contract/authorization.ts'
export * from './contract/client-member.ts'
export * from './contract/client.ts'
export * from './contract/events.ts'
export type * from './contract/extension.ts'
export type * from './contract/interaction.ts'
export * from './contract/moments.ts'
export type * from './contract/plans.ts'
export type * from './contract/profile.ts'
export type * from './contract/rate-limit.ts'
export type * from './contract/registrable.ts'
export * from './contract/registration.ts'
export type * from './contract/requests.ts'
export type * from './contract/server.ts'
export * from './contract/session-moments.ts'
export * from './contract/token-moments.ts'
export * from './features/authorization-code.ts'
export * from './features/authorization-endpoint.ts'
export {
  backchannelAuthenticationGrant,
  pushedTokens,
  type BackchannelAuthenticationOptions,
  type PushedTokens,
} from './features/backchannel-authentication.ts'
export type { SubjectHint, UserCodeCheck } from './features/backchannel-endpoint.ts'
export type { BackchannelNotification } from './features/backchannel-notification.ts'
export { CIBA, findBackchannelRequest, type DeliveryMode } from './features/backchannel-record.ts'
export * from './features/client-credentials.ts'
export * from './features/client-id-metadata-document.ts'
export * from './features/client-policies.ts'
export * from './features/code-challenge.ts'
export * from './features/dpop.ts'
export * from './features/device-authorization.ts'
export * from './features/dynamic-registration.ts'
export { issueInitialAccessToken, type InitialAccessTokenOptions } from './records/initial-access-token.ts'
export * from './features/connected-clients.ts'
export * from './features/for-clients.ts'
export * from './features/grant-management.ts'
export type { GrantEndpointOptions } from './features/grant-endpoint.ts'
export * from './features/identity-assertion.ts'
export * from './features/identity-assertion-issuer.ts'
export * from './features/introspection.ts'
export * from './features/introspection-jwt.ts'
export * from './features/issuer-parameter.ts'
export * from './features/jwks.ts'
export * from './features/jwt-access-token.ts'
export * from './features/jwt-bearer.ts'
export * from './features/legacy-token-reader.ts'
export * from './features/mutual-tls.ts'
export * from './features/opaque-access-token.ts'
export * from './features/pushed-authorization.ts'
export { refreshTokenGrant, type RefreshTokenGrantOptions } from './features/refresh-token.ts'
export * from './features/request-object.ts'
export * from './features/resource-indicators.ts'
export * from './features/revocation.ts'
export * from './features/rich-authorization-requests.ts'
export * from './features/saml2-bearer.ts'
export * from './features/server-metadata.ts'
export * from './features/server-metadata-signed.ts'
export type { SoftwarePublisher } from './records/software-statement.ts'
export * from './features/token-endpoint.ts'
export * from './features/token-exchange.ts'
export { experimentalTokenStatusList, type TokenStatusListOptions } from './features/token-status-list.ts'
export { wantedAcrValues } from './interaction/acr.ts'
export { whatToAsk, type Progress, type Questions } from './interaction/ask.ts'
export * from './interaction/development.ts'
export * from './interaction/redirect.ts'
export type { AuthorizationServerOptions, OutgoingOptions, Tenant } from './kernel/options.ts'
export type { Registry } from './kernel/registry.ts'
export type { ProfileName } from './profiles/named.ts'
export {
  AUTHORIZATION_KIND,
  mergeData,
  newAuthorization,
  readAuthorization,
  slot,
  type NewAuthorization,
} from './records/authorization.ts'
export { clientFromMetadata } from './records/client-metadata.ts'
export { createClientSecret, hashClientSecret } from './records/client-secret.ts'
export * from './records/client-keys.ts'
export * from './records/cached-clients.ts'
export * from './records/client-list.ts'
export * from './records/clients.ts'
export * from './records/rotate-client-secret.ts'
export { deliveryRecord, type NewDelivery } from './records/deliveries.ts'
export { foreignRefreshToken } from './records/foreign-refresh-token.ts'
export {
  forgetConsent,
  rememberConsent,
  rememberedConsent,
  rememberedScope,
  type NewConsent,
  type RememberedConsent,
} from './records/consent.ts'
export {
  endSession,
  findSession,
  sessionEnded,
  sessionSlot,
  startSession,
  type StartSessionOptions,
} from './records/session.ts'
export * from './response-modes/form-post.ts'
export * from './response-modes/fragment.ts'
export * from './response-modes/jwt.ts'
export * from './response-modes/query.ts'
export { memoryReplays, storedReplays, type MemoryReplaysOptions, type ReplayStore } from '../replay-store.ts'
