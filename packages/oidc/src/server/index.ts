export * from './features/back-channel-logout.ts'
export * from './features/claims-parameter.ts'
export { discoveryEndpoint } from './features/discovery.ts'
export * from './features/encrypted-answers.ts'
export * from './features/front-channel-logout.ts'
export * from './features/native-sso.ts'
export * from './features/openid.ts'
export { openIdCode, type OpenIDCodeOptions } from './features/openid-code.ts'
export { pairwiseSubjects, type PairwiseSubjectsOptions } from './features/pairwise-subjects.ts'
export * from './features/response-types.ts'
export * from './features/rp-initiated-logout.ts'
export * from './features/secret-signatures.ts'
export * from './features/session-management.ts'
export * from './features/userinfo.ts'
export * from './features/web-finger.ts'
export * from './id-token.ts'
export * from './openid-provider.ts'
export { sessionEnding, signOutEverywhere, type EndingSession, type LogoutNotices } from './log-out.ts'
export {
  clientAnswer,
  idTokenClaims,
  identifiedSubject,
  releasableClaims,
  subjectIdentifier,
  type ClaimsContext,
  type ClientAnswer,
  type IdTokenRequest,
  type SubjectOfClient,
} from './moments.ts'
export type { ClaimsOptions, SubjectClaims } from './subject-claims.ts'
