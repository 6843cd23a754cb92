/** The application that the adapter contract drives, and what the suite puts into it. */

import type { Adapter, Awaitable, CurrentToken, Mountable, Protector } from '@authlib/core'
import type { TestServer } from '../test-server.ts'

/**
 * What the author of an adapter puts together with the means of the framework, once, in this order:
 *
 * 1. when `decorated`, a middleware that sets the header `x-application: yes` and the cookie `before=1` on every answer
 * 2. the body parser `parser`, if there is one, for every request
 * 3. `mount(mountables, { onError })`, below `path` unless that is `/`
 * 4. `GET` and `POST` of `/open`, and of `<path>/open` when that is another: answers JSON `{ subject, body }` from
 *    `currentToken` (null when there is none) and the body as text, read in the way of the framework
 * 5. `GET` and `POST` of `/notes`, behind `protect(protector, 'read')`, and of `/admin`, behind `protect(protector,
 *    'write')`: the same answer
 * 6. `GET` of `/login`: answers what `login` returns
 * 7. `GET` and `POST` of `/callback`: sets the cookie `session=1` and answers with the result of `callback` as JSON,
 *    both in the way in which a handler has the most freedom
 */
export interface ContractApplication<Context, Answer> {
  readonly decorated: boolean
  readonly parser: BodyParser | undefined
  readonly mountables: readonly Mountable[]
  readonly onError: (error: unknown) => void
  readonly path: string
  readonly protector: Protector<CurrentToken, string>
  login(context: Context): Awaitable<Answer>
  callback(context: Context): Promise<object>
}

/** What a parser makes of a body: an object of a form, the same with `a[b]=c` nested, text, bytes, an object of JSON. */
export type BodyParser = 'form' | 'nested form' | 'text' | 'bytes' | 'json'

/** An adapter, and how to run an application with it. */
export interface AdapterUnderTest<Context, Answer> {
  readonly adapter: Adapter<Context, Answer>
  /** Starts the application on a free port of 127.0.0.1. */
  serve(application: ContractApplication<Context, Answer>): Promise<TestServer>
  /** The parsers of the framework that may stand before `mount`. Default: none. */
  readonly parsers?: readonly BodyParser[] | undefined
}
