/** A request of Hono as protocol code reads it. */

import { fromRequest, type ClientCertificate, type HttpRequest } from '@authlib/core'
import { decodeUtf8, encodeUtf8, payloadTooLarge } from '@authlib/core/kit'
import type { Context, HonoRequest } from 'hono'

export interface HonoRequestOptions {
  /** Most bytes of a body. Default 65,536. A larger one is refused with `payload_too_large` (413). */
  readonly maxBody?: number | undefined
  /** Finds the certificate of the client: what the runtime tells, or a header that a proxy sets and nobody else can. */
  readonly clientCertificate?: ((c: Context) => ClientCertificate | undefined) | undefined
}

/** `text()` may be called again, and leaves the body readable for the handlers behind. */
export function honoRequest(c: Context, { maxBody = 65_536, clientCertificate }: HonoRequestOptions = {}): HttpRequest {
  const req = c.req as HonoRequest // sound: it is one; the environment of the context hides it
  return {
    method: req.method,
    url: req.url,
    headers: req.raw.headers,
    text: () => readBody(req, maxBody),
    get clientCertificate() {
      return clientCertificate?.(c)
    },
  }
}

function readBody(req: HonoRequest, maxBody: number): Promise<string> {
  if (Object.keys(req.bodyCache).length > 0) return cachedBody(req, maxBody)
  const text = fromRequest(req.raw, { maxBody }).text()
  req.bodyCache.text = text as unknown as string // sound: Hono keeps promises there, whatever its type says
  return text
}

/** What a validator or `parseBody` before us has read. A form that Hono kept in no other way is written again. */
async function cachedBody(req: HonoRequest, maxBody: number): Promise<string> {
  const onlyForm = Object.keys(req.bodyCache).every((format) => format === 'formData')
  const bytes = onlyForm ? encodeUtf8(formText(await req.formData())) : new Uint8Array(await req.arrayBuffer())
  if (bytes.length > maxBody) throw payloadTooLarge()
  return decodeUtf8(bytes)
}

function formText(form: FormData): string {
  const fields = new URLSearchParams()
  for (const [name, value] of form) if (typeof value === 'string') fields.append(name, value)
  return fields.toString()
}
