/** What a single-page application adds to a client. */

export { browserKeys } from './browser-keys.ts'
export { browserLogin, type BrowserLogin, type BrowserLoginOptions, type BrowserLoginRequest } from './browser-login.ts'
export { browserTokens, type BrowserTokensOptions } from './browser-tokens.ts'
export { webLock } from './web-lock.ts'
