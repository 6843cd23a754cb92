/** What an event of SvelteKit has that we use. */

/** Every `RequestEvent` is one. A type of our own, so that the types of an application (`App.Locals`) do not matter. */
export interface EventLike {
  readonly request: Request
  readonly locals: object
  readonly cookies: { set(name: string, value: string, options: CookieOptions): void }
}

interface CookieOptions {
  readonly path: string
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly maxAge?: number
  readonly encode: (value: string) => string
}
