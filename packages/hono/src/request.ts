/** A request of Hono as protocol code reads it. */

import type { ClientCertificate, HttpRequest } from '@authlib/core'
import { decodeUtf8, encodeUtf8, payloadTooLarge } from '@authlib/core/kit'
import { fetchRequest } from '@authlib/fetch'
import type { Context, HonoRequest } from 'hono'

export interface HonoRequestOptions {
  /** Most bytes of a body. Default 65,536. A larger one is refused with `payload_too_large` (413). */
  readonly maxBody?: number | undefined
  /** Finds the certificate of the client: what the runtime provides, or a header that only a proxy can set. */
  readonly clientCertificate?: ((c: Context) => ClientCertificate | undefined) | undefined
}

/** `text()` may be called again, and leaves the body readable for handlers. */
export function honoRequest(c: Context, { maxBody = 65_536, clientCertificate }: HonoRequestOptions = {}): HttpRequest {
  const req = c.req as HonoRequest // sound: it is one; the environment of the context hides it
  const view = fetchRequest(req.raw, { maxBody })
  const bytes = (): Promise<Uint8Array> =>
    Object.keys(req.bodyCache).length > 0 ? cachedBody(req, maxBody) : view.bytes!() // sound: a request of fetch has it
  return {
    ...view,
    bytes,
    text: async () => decodeUtf8(await bytes()),
    get clientCertificate() {
      return clientCertificate?.(c)
    },
  }
}

/** What a validator or `parseBody` before us has read. A form that Hono kept in no other way is written again. */
async function cachedBody(req: HonoRequest, maxBody: number): Promise<Uint8Array> {
  const onlyForm = Object.keys(req.bodyCache).every((format) => format === 'formData')
  const bytes = onlyForm ? encodeUtf8(formText(await req.formData())) : new Uint8Array(await req.arrayBuffer())
  if (bytes.length > maxBody) throw payloadTooLarge()
  return bytes
}

function formText(form: FormData): string {
  const fields = new URLSearchParams()
  for (const [name, value] of form) if (typeof value === 'string') fields.append(name, value)
  return fields.toString()
}
