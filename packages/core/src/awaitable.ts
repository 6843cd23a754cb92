/** A value, or a promise of one: what a seam accepts when some fillings are synchronous. */
export type Awaitable<T> = T | PromiseLike<T>

/** Whether the value has to be awaited. Awaiting one that is at hand costs a turn of the queue and two objects. */
export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === 'function'
}

/** What `next` makes of the value: now, if that is at hand. */
export function whenKnown<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isPromise(value) ? value.then(next) : next(value)
}
