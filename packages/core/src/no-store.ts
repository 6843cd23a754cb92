/** What keeps an answer out of caches. */

/** For everything that carries or concerns a credential. RFC 6749 §5.1. */
export const noStore: readonly (readonly [name: string, value: string])[] = [
  ['cache-control', 'no-store'],
  ['pragma', 'no-cache'],
]
