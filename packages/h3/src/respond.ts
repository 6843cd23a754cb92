/** Responses over h3. */

import { toResponse, type HttpResponse } from '@authlib/core'
import { mergeHeaders } from '@authlib/fetch'
import type { H3Event } from 'h3'

/** With what the application has set on the event: h3 would drop it from an error, and let it win over ours. */
export function respond({ res }: H3Event, response: HttpResponse): Response {
  const headers = new Headers(res.headers)
  mergeHeaders(headers, response.headers)
  for (const name of headers.keys()) res.headers.delete(name)
  return new Response(toResponse({ ...response, headers: [] }).body, { status: response.status, headers })
}
