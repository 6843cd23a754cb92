export {
  cannotValidate,
  insufficientAuthentication,
  insufficientScope,
  invalidToken,
  malformedToken,
  missingToken,
  ResourceError,
  type AuthenticationDemand,
  type ChallengeParams,
  type ResourceErrorOptions,
} from './bearer-errors.ts'
export * from './access-token-profile.ts'
export { bearer, type BearerOptions } from './bearer.ts'
export { dpop, type DpopOptions } from './dpop.ts'
export * from './introspection.ts'
export type { SignedAnswers } from './introspection-signed.ts'
export * from './jwt-access-token.ts'
export type { IssuerConnection } from './published-keys.ts'
export * from './metadata.ts'
export * from './mutual-tls.ts'
export * from './resource-protector.ts'
export * from './resource-token.ts'
export type * from './scope-requirement.ts'
export type * from './token-scheme.ts'
export type * from './token-validator.ts'
export { dpopNonces, type DpopNonces, type DpopNoncesOptions } from '../dpop-nonce.ts'
export { dpopAlgorithms, type DpopProofOptions } from '../dpop-proof.ts'
export { memoryReplays, storedReplays, type MemoryReplaysOptions, type ReplayStore } from '../replay-store.ts'
