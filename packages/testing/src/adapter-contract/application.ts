/** The application that the adapter contract drives, and what the suite puts into it. */

import type { Adapter, CurrentToken, Mountable, Protector } from '@authlib/core'
import type { TestServer } from '../test-server.ts'

/**
 * What the author of an adapter builds with the means of the framework, once, in this order:
 *
 * 1. when `decorated`, a middleware that sets `x-application: yes`, `access-control-allow-origin: https://app.example` and
 *    the cookie `before=1` on every response
 * 2. the body parser `parser`, if there is one, for every request
 * 3. `mount(mountables, { onError })`, below `path` unless that is `/`
 * 4. `GET` and `POST` of `/open`, and of `<path>/open` when that is another: answers JSON `{ subject, body }` from
 *    `currentToken` (null when there is none) and the body as a string, read in the way of the framework
 * 5. every method of `/notes`, and of `<path>/notes` when that is another, behind `protect(protector, 'read', { onError })`,
 *    and of `/admin`, behind `protect(protector, 'write', { onError })`: the same response. What is below `path` is in a
 *    router, or whatever else cuts paths off in the framework
 * 6. `GET` of `/stream`, behind `protect(protector, 'read', { onError })`: answers with `stream()` as text, sent as it comes
 * 7. `GET` of `/login`: answers what `login` resolves with
 * 8. `GET` and `POST` of `/callback`: sets the cookie `session=1` and answers with the result of `callback` as JSON,
 *    both in the way in which a handler has the most freedom
 */
export interface ContractApplication<Context, Answer> {
  readonly decorated: boolean
  readonly parser: BodyParser | undefined
  readonly mountables: readonly Mountable[]
  readonly onError: (error: unknown) => void
  readonly path: string
  readonly protector: Protector<CurrentToken, string>
  stream(): ReadableStream<Uint8Array>
  login(context: Context): Promise<Answer>
  callback(context: Context): Promise<object>
}

/** What a parser makes of a body: an object of a form, the same with `a[b]=c` nested, text, bytes, an object of JSON. */
export type BodyParser = 'form' | 'nested form' | 'text' | 'bytes' | 'json'

/**
 * What a framework does to requests before an adapter sees them. A declared deviation must be real:
 *
 * - `rewritesQuery`: decodes the query and encodes it again
 * - `mergesSlashes`: takes `//page` for `/page`, or redirects there
 * - `buffersBodies`: hands a request over once its whole body has arrived
 * - `firstHeaderOnly`: hands over the first of two headers of a name
 * - `normalizesTargets`: makes a plain URL of an odd request target, for everybody behind it
 * - `refusesAbsoluteTargets`: answers `GET http://host/page` with 404 or 400, or redirects it
 * - `refusesPipelining`: ends a connection on which a second request arrives before the first is answered
 * - `fillsRedirects`: answers a redirect with the location as its body
 * - `endsResetConnections`: ends a connection of HTTP/2 when one of its requests is reset
 */
export type Deviation =
  | 'rewritesQuery'
  | 'mergesSlashes'
  | 'buffersBodies'
  | 'firstHeaderOnly'
  | 'normalizesTargets'
  | 'refusesAbsoluteTargets'
  | 'refusesPipelining'
  | 'fillsRedirects'
  | 'endsResetConnections'

/** An adapter, and how to run an application with it. */
export interface AdapterUnderTest<Context, Answer> {
  readonly adapter: Adapter<Context, Answer>
  /** Starts the application on a free port of 127.0.0.1. */
  serve(application: ContractApplication<Context, Answer>): Promise<TestServer>
  /** The same on HTTP/2 without TLS. Default: the framework has no HTTP/2, and the suite leaves it out. */
  readonly serveHttp2?: ((application: ContractApplication<Context, Answer>) => Promise<TestServer>) | undefined
  /** The parsers of the framework that may stand before `mount`. Default: none. */
  readonly parsers?: readonly BodyParser[] | undefined
  /** Default: none. */
  readonly deviations?: readonly Deviation[] | undefined
}
