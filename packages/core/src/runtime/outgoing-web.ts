/** Every other runtime (workerd, browsers): `fetch`. */

import type { OutgoingRuntime } from './runtime.ts'

/** Nothing to tell: the platform resolves names out of sight. */
export const lookup: OutgoingRuntime['lookup'] = () => Promise.resolve([])

/** The platform keeps private networks out of reach (workerd) or has a policy of its own (browsers). */
export const guardedFetch: OutgoingRuntime['guardedFetch'] = (url, request) =>
  fetch(url, { ...request, redirect: 'manual' })
