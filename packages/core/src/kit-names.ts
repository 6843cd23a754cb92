/** The part of the kit that gives not all of a module. */

export { isPromise, whenKnown } from './awaitable.ts'
export { currentToken, setCurrentToken } from './current-token.ts'
export { formText, payloadTooLarge, requestPath } from './form.ts'
export { parseJson, parseJsonObject, type ParseJsonOptions } from './json.ts'
export { decodeFormValue, encodeForm, encodeFormValue } from './params.ts'
export {
  addFragment,
  addQuery,
  assertIssuer,
  isLanguageTag,
  isValidUrl,
  isWithinPath,
  wellKnownPath,
  wellKnownUrl,
  type ValidUrlOptions,
  type WellKnownPlacement,
} from './url.ts'
