export {
  cannotValidate,
  insufficientScope,
  invalidToken,
  malformedToken,
  missingToken,
  ResourceError,
  type ChallengeParams,
  type ResourceErrorOptions,
} from './bearer-errors.ts'
export * from './bearer.ts'
export * from './introspection.ts'
export * from './jwt-access-token.ts'
export * from './metadata.ts'
export * from './resource-protector.ts'
export * from './resource-token.ts'
export type * from './scope-requirement.ts'
export type * from './token-scheme.ts'
export type * from './token-validator.ts'
