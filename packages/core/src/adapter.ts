/** What a framework adapter supplies, so that core can talk to any framework. */

import type { Awaitable } from './awaitable.ts'
import type { HttpRequest, HttpResponse } from './http.ts'

/** A cookie to set. An empty `value` with `maxAge` 0 clears it. */
export interface Cookie {
  readonly name: string
  readonly value: string
  /** Seconds. Absent: until the browser closes. */
  readonly maxAge?: number | undefined
  /** Default `/`. */
  readonly path?: string | undefined
  /** Default `Lax`. */
  readonly sameSite?: 'Lax' | 'Strict' | 'None' | undefined
  /** Default true. */
  readonly httpOnly?: boolean | undefined
  readonly secure?: boolean | undefined
}

/**
 * Reads a request of a framework and answers it, for the login registry. `Context` is the one object of the framework that
 * can do both: `res` in Express, `ctx` in Koa, `c` in Hono, a `Request` where the framework has nothing more. Each method
 * may return a promise, as reading and setting cookies is asynchronous in some frameworks.
 */
export interface Adapter<Context, Answer = void> {
  request(context: Context): Awaitable<HttpRequest>
  /** Sends the response, or returns what the framework expects a handler to return. */
  respond(context: Context, response: HttpResponse): Awaitable<Answer>
  /** Adds to the cookies that are set already. */
  setCookies(context: Context, cookies: readonly Cookie[]): Awaitable<void>
}

/** An adapter of a framework that needs no promises: applications may call its methods without `await`. */
export interface SyncAdapter<Context, Answer = void> extends Adapter<Context, Answer> {
  request(context: Context): HttpRequest
  respond(context: Context, response: HttpResponse): Answer
  setCookies(context: Context, cookies: readonly Cookie[]): void
}
