/** Responses over Elysia. */

import { toResponse, type HttpResponse } from '@authlib/core'
import { mergeHeaders } from '@authlib/fetch'
import { clear, headersOf } from './headers.ts'
import type { ElysiaContext } from './request.ts'

/** With what the application has set, as Elysia would lose cookies of one or the other. */
export function respond({ set }: Pick<ElysiaContext, 'set'>, response: HttpResponse): Response {
  const headers = headersOf(set)
  mergeHeaders(headers, response.headers)
  clear(set)
  return new Response(toResponse({ ...response, headers: [] }).body, { status: response.status, headers })
}
