/**
 * What applications and their features use. Building blocks for authors of packages are in `@authlib/core/kit`.
 *
 * Stars alone, of values: a list of names that is used keeps every module it names in the first chunk of a bundle, and servers load
 * some of them later.
 */

export type { Adapter, Cookie, SyncAdapter } from './adapter.ts'
export * from './api-proxy.ts'
export type { Awaitable } from './awaitable.ts'
export * from './clock.ts'
export * from './compare.ts'
export * from './cookies.ts'
export type { CurrentToken } from './current-token.ts'
export * from './error-codes.ts' // by star: only then can a feature merge its codes into the interface
export * from './errors.ts'
export * from './html.ts'
export * from './http.ts'
export * from './index-names.ts'
export * from './index-public-addresses.ts'
export type { Json, JsonObject } from './json.ts'
export type { LoginChoice } from './login-page.ts'
export * from './login-routes.ts'
export type { LoginStates, PendingLogin, ReturnedLogin } from './login-state.ts'
export type { CallOptions, LoginClient, LoginOptions, Logins, StartedLogin } from './login.ts'
export * from './memory-store.ts'
export * from './no-store.ts'
export * from './oauth.ts'
export * from './observed-store.ts'
export * from './page.ts'
export type { Protector } from './protect.ts'
export * from './random.ts'
export type { AddressRule } from './send.ts'
export * from './sessions/cookie-sessions.ts'
export type * from './sessions/login-session.ts'
export * from './sessions/signed-in.ts'
export * from './sessions/stored-sessions.ts'
export * from './store-health.ts'
export * from './store.ts'
export * from './stored-logins.ts'
export * from './sweeping.ts'
export * from './tenant-store.ts'
export * from './token-store.ts'
