/** Logins between the redirect and the callback. */

import type { Cookie } from './adapter.ts'
import type { HttpRequest } from './http.ts'
import type { JsonObject } from './json.ts'

/** A login that has left for the provider. */
export interface PendingLogin {
  /** Name of the registered client. */
  readonly client: string
  readonly redirectUri: string
  readonly formPost: boolean
  readonly login: JsonObject
  readonly data: JsonObject
}

/** A login that came back, and the cookies that use it up. */
export interface ReturnedLogin {
  readonly pending: PendingLogin
  readonly cookies: readonly Cookie[]
}

/** Keeps logins between the redirect and the callback, bound to the browser by a cookie: RFC 9700 §4.7. */
export interface LoginStates {
  /** The cookies to set for a login that leaves now. `id` is what the callback will name. */
  begin(request: HttpRequest, id: string, pending: PendingLogin): Promise<readonly Cookie[]>
  /**
   * The login of a callback, once.
   *
   * @throws AuthlibError `mismatching_state`, `login_used`, `login_expired`
   */
  finish(request: HttpRequest, id: string | undefined, client: string): Promise<ReturnedLogin>
}
