/** A context of Elysia as protocol code reads it. */

import type { HttpRequest } from '@authlib/core'
import { decodeUtf8, encodeUtf8, parsedBody, payloadTooLarge } from '@authlib/core/kit'
import { fetchRequest, type FetchRequestOptions } from '@authlib/fetch'
import type { Context } from 'elysia'

/** The part of a context that we use: every context of a handler is one, whatever its schema. */
export type ElysiaContext = Pick<Context, 'request' | 'set'> & { readonly body?: unknown }

/** Elysia has parsed the body before the handlers that use it, and keeps nothing else. */
export function elysiaRequest({ request, body }: ElysiaContext, options: FetchRequestOptions = {}): HttpRequest {
  const view = fetchRequest(request, options)
  if (body === undefined || body === null || !request.bodyUsed) return view
  const { maxBody = 65_536 } = options
  const bytes = async (): Promise<Uint8Array> => {
    const kept = body instanceof ArrayBuffer ? new Uint8Array(body) : body
    const sent = kept instanceof Uint8Array ? kept : encodeUtf8(parsedBody(kept, request.headers.get('content-type')))
    if (sent.length > maxBody) throw payloadTooLarge()
    return sent
  }
  return { ...view, bytes, text: async () => decodeUtf8(await bytes()) }
}
