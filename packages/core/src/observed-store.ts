/** Figures about a store, for metrics: how often it is called, how long it takes, how it ends. */

import type { Store } from './store.ts'

/** One call of a store, when it has ended. */
export interface StoreCall {
  readonly verb: 'get' | 'commit' | 'list' | 'sweep'
  /** Milliseconds that the caller waited. */
  readonly elapsed: number
  /** `lost`: a commit that another one was faster than. `failed`: it threw `error`. */
  readonly outcome: 'done' | 'lost' | 'failed'
  /** Records asked for, written and removed, listed or swept. */
  readonly records: number
  /** What a failed call threw: an AuthlibError, mostly `store_unavailable`. */
  readonly error?: unknown
}

/**
 * Passes everything to `store` and tells `listener` of each call. What the listener throws is swallowed.
 *
 * @example
 * const observed = observedStore(store, ({ verb, outcome, elapsed }) => histogram.record(elapsed, { verb, outcome }))
 */
export function observedStore(store: Store, listener: (call: StoreCall) => void): Store {
  const tell = (call: StoreCall): void => {
    try {
      listener(call)
    } catch {
      // a listener cannot fail a request
    }
  }
  const observe = async <T>(
    verb: StoreCall['verb'],
    call: () => Promise<T>,
    count: (answer: T | undefined) => number,
  ): Promise<T> => {
    const started = performance.now()
    try {
      const answer = await call()
      const outcome = answer === false ? 'lost' : 'done'
      tell({ verb, elapsed: performance.now() - started, outcome, records: count(answer) })
      return answer
    } catch (error) {
      tell({ verb, elapsed: performance.now() - started, outcome: 'failed', records: count(undefined), error })
      throw error
    }
  }
  return {
    guarantees: store.guarantees,
    get: (partition, keys) => observe('get', () => store.get(partition, keys), () => keys.length), // prettier-ignore
    commit: (batch) => observe('commit', () => store.commit(batch), () => batch.put.length + batch.remove.length), // prettier-ignore
    list: (query) => observe('list', () => store.list(query), (page) => page?.items.length ?? 0), // prettier-ignore
    sweep: (now, limit) => observe('sweep', () => store.sweep(now, limit), (swept) => swept ?? 0), // prettier-ignore
  }
}
