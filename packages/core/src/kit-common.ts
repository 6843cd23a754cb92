/** Most of the kit: everything that no one loads later. */

export { acquire, type AcquireOptions } from './acquire.ts'
export * from './api-fetch.ts'
export { attempts, errorCode, type AttemptOptions } from './attempts.ts'
export { isPromise, whenKnown } from './awaitable.ts'
export { readBytes } from './body.ts'
export {
  challenge,
  parseAuthorization,
  parseChallenges,
  type AuthorizationHeader,
  type Challenge,
} from './authorization-header.ts'
export * from './cors.ts'
export { currentToken, setCurrentToken } from './current-token.ts'
export * from './digest.ts'
export * from './encoding.ts'
export { formText, payloadTooLarge, requestPath } from './form.ts'
export { frozenCopy } from './frozen-copy.ts'
export { parseJson, parseJsonObject, type ParseJsonOptions } from './json.ts'
export * from './mount.ts'
export { assertBooleans, assertMethods, assertOptions, assertSeconds, type OptionType } from './option-types.ts'
export { parsedBody } from './parsed-body.ts'
export { decodeFormValue, encodeForm, encodeFormValue } from './params.ts'
export { recentMap, type RecentMap } from './recent-map.ts'
export * from './seal.ts'
export * from './sendable.ts'
export * from './store-rules.ts'
export { refuseUnknownOptions } from './unknown-options.ts'
export {
  addFragment,
  addQuery,
  assertIssuer,
  isLanguageTag,
  isLoopbackHost,
  isLoopbackIp,
  isSecureTransport,
  isValidUrl,
  isWithinPath,
  wellKnownPath,
  wellKnownUrl,
  type SecureTransportOptions,
  type ValidUrlOptions,
  type WellKnownPlacement,
} from './url.ts'
