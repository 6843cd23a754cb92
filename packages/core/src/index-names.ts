/** The part of the index that gives not all of a module. */

export { fromRequest, readForm, readQuery, type FromRequestOptions } from './form.ts'
export { Params, type ParamLimits, type ParamsOptions, type ParamValues } from './params.ts'
export { requestAdapter } from './request-adapter.ts'
export { isHttps, isLocalPath } from './url.ts'
