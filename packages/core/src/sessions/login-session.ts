/** What stays after a login: who is signed in at this application, in which browser, and until when. */

import type { Adapter } from '../adapter.ts'
import type { JsonObject } from '../json.ts'

/** One person in one browser, from the sign-in to the sign-out. */
export interface LoginSession {
  /**
   * Names the session in lists, in logs, and as the account in the token store. Another one after each sign-in. It is not the
   * value of the cookie, so that who reads it cannot use it.
   */
  readonly id: string
  /** The person, as the application names them: the id of its user. */
  readonly subject: string
  /** What the application keeps with the session. */
  readonly data: JsonObject
  /** The name of the registered client that the person logged in with. */
  readonly client?: string | undefined
  /** NumericDate of the sign-in. */
  readonly startedAt: number
  /** NumericDate of the last use that was noted. */
  readonly seenAt: number
  /** NumericDate at which it ends if it is not used before. */
  readonly expiresAt: number
}

/** Who signs in. */
export interface SignIn {
  /** The id of the person in the application. At most 255 bytes of UTF-8. */
  readonly subject: string
  /** What to keep with the session, such as a name to show. Fixed until the next sign-in. Default `{}`. */
  readonly data?: JsonObject | undefined
  /** The name of the registered client that the person logged in with. Needed for `token`. */
  readonly client?: string | undefined
  /** Of the ID Token: ties the session to the one at the provider, whose logout then ends it. */
  readonly claims?: ProviderSession | undefined
  /** The token of the login. It is kept in the `tokens` of the registry under the id of the session, and ends with it. */
  readonly token?: { readonly id: string } | undefined
}

/** Claims of an ID Token that name a session at the provider. */
export interface ProviderSession {
  readonly iss: string
  readonly sub: string
  readonly sid?: unknown
  readonly iat?: number | undefined
}

/** Keeps people signed in. `Context` is what the adapter takes: `res` in Express, `c` in Hono. */
export interface LoginSessions<Context> {
  /**
   * The session of the browser, or null when nobody is signed in. Notes now and then that it was used. Works where no cookies
   * can be set.
   */
  find(context: Context): Promise<LoginSession | null>
  /**
   * Signs a person in, in a new session. The one that the browser had before ends, with its token.
   *
   * @throws AuthlibError `session_too_large`; `login_ended` when the provider has ended the session of this login already;
   * `missing_token_store` for a token that no store takes
   */
  signIn(context: Context, who: SignIn): Promise<LoginSession>
  /** Signs out, and returns what has ended: null when nobody was signed in. The token of the session is forgotten. */
  signOut(context: Context): Promise<LoginSession | null>
  /** The same sessions with another adapter, for the parts of a framework that have a context of their own. */
  on<Other>(adapter: Adapter<Other, unknown>): LoginSessions<Other>
}

/** Sessions in a store: they can be listed, and ended from elsewhere. */
export interface StoredLoginSessions<Context> extends LoginSessions<Context> {
  /** The live sessions of a person, for a page that shows them. */
  list(subject: string): Promise<readonly LoginSession[]>
  /** Ends one session, by its id. False when there is none. */
  end(id: string): Promise<boolean>
  /** Signs a person out everywhere, but in the session `except`. */
  endAll(who: { readonly subject: string; readonly except?: string | undefined }): Promise<void>
  /**
   * Ends what a provider says has ended: the sessions of its `sid`, or all of its `subject`. For `onLogout` of
   * `backchannelLogout` and `frontchannelLogout`. A login with that session which is still under way ends too.
   */
  endOfProvider(logout: ProviderEnd): Promise<void>
  on<Other>(adapter: Adapter<Other, unknown>): StoredLoginSessions<Other>
}

/** Which sessions ended at the provider. */
export interface ProviderEnd {
  readonly issuer: string
  /** The subject at the provider. Not needed with `sid`. */
  readonly subject?: string | undefined
  readonly sid?: string | undefined
  /** NumericDate by the provider's clock: logins of the subject after it go on. Default: now. */
  readonly issuedAt?: number | undefined
}

export interface LoginSessionsOptions {
  /** The application as browsers see it. With https, cookies are `Secure` and have a name that other hosts cannot set. */
  readonly url: string
  /** Seconds without use after which a session ends. Default 604,800: a week. */
  readonly idleLifetime?: number | undefined
  /** Seconds after which a session ends, however much it is used. Default 2,592,000: 30 days. */
  readonly lifetime?: number | undefined
  /** The name of the cookie, without prefix. Default `authlib-session`. */
  readonly cookieName?: string | undefined
}
