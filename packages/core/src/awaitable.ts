/** A value, or a promise of one: what a seam accepts when some fillings are synchronous. */
export type Awaitable<T> = T | PromiseLike<T>
