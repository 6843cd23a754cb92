/** A Web `Request` as protocol code reads it. */

import { fromRequest, type ClientCertificate, type HttpRequest } from '@authlib/core'

export interface FetchRequestOptions {
  /** Most bytes of a body. Default 65,536. A larger one is refused with `payload_too_large` (413). */
  readonly maxBody?: number | undefined
  /** Finds the certificate of the client: what the runtime provides, or a header that only a proxy can set. */
  readonly clientCertificate?: ((request: Request) => ClientCertificate | undefined) | undefined
}

/** `text()` may be called again, also on a second view of the request, and leaves the body readable for handlers. */
export function fetchRequest(request: Request, { maxBody, clientCertificate }: FetchRequestOptions = {}): HttpRequest {
  const view = fromRequest(request, { maxBody, keepBody: true })
  if (clientCertificate === undefined) return view
  return {
    ...view,
    get clientCertificate() {
      return clientCertificate(request)
    },
  }
}
