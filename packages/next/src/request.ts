/** What calls us in Next.js, as protocol code reads it. */

import type { HttpRequest } from '@authlib/core'
import { fetchRequest } from '@authlib/fetch'
import { headers } from 'next/headers.js'

/**
 * The request of a route handler, of `proxy.ts` or of middleware. Null in a server action or a server component, where Next.js
 * hands over the headers only.
 */
export type NextContext = Request | null

/** In a server action: a POST without a query and a body, as they are the action's own. */
export async function nextRequest(context: NextContext): Promise<HttpRequest> {
  if (context !== null) return fetchRequest(context)
  return { method: 'POST', url: '/', headers: await headers(), text: () => Promise.resolve('') }
}
