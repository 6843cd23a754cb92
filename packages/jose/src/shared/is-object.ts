/** The shapes of JSON, as the whole family looks at them. */

export { isObject, isTextList } from '@authlib/core/kit'
