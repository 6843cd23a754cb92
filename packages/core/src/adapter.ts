/** What a framework adapter supplies, so that core can talk to any framework. */

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
 * Three ways across the border of a framework. `Context` is the one object of it that can read and answer: `res` in
 * Express, `ctx` in Koa, `c` in Hono, a `Request` where the framework has no more.
 */
export interface Adapter<Context, Answer = void> {
  request(context: Context): HttpRequest
  /** Sends the answer, or returns what the framework wants a handler to return. */
  respond(context: Context, response: HttpResponse): Answer
  setCookies(context: Context, cookies: readonly Cookie[]): void
}
