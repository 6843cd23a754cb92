/** What keeps an answer out of caches. */

import type { HttpHeader } from './http.ts'

/** For everything that carries or concerns a credential. RFC 6749 §5.1. */
export const noStore: readonly HttpHeader[] = [
  ['cache-control', 'no-store'],
  ['pragma', 'no-cache'],
]
