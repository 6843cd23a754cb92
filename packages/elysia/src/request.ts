/** A context of Elysia as protocol code reads it. */

import type { HttpRequest } from '@authlib/core'
import { parsedBody, payloadTooLarge } from '@authlib/core/kit'
import { fetchRequest, type FetchRequestOptions } from '@authlib/fetch'
import type { Context } from 'elysia'

/** The part of a context that we use: every context of a handler is one, whatever its schema. */
export type ElysiaContext = Pick<Context, 'request' | 'set'> & { readonly body?: unknown }

/** Elysia has parsed the body before the handlers that use it, and keeps nothing else. */
export function elysiaRequest({ request, body }: ElysiaContext, options: FetchRequestOptions = {}): HttpRequest {
  const view = fetchRequest(request, options)
  if (body === undefined || body === null || !request.bodyUsed) return view
  const { maxBody = 65_536 } = options
  return {
    ...view,
    async text() {
      const text = parsedBody(body, request.headers.get('content-type'))
      if (new TextEncoder().encode(text).length > maxBody) throw payloadTooLarge()
      return text
    },
  }
}
