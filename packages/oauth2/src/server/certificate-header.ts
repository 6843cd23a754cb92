/**
 * The client certificate that a proxy has verified and passes on in a header.
 *
 * @spec RFC 9440 §2
 */

import type { ClientCertificate } from '@authlib/core'
import { decodeBase64 } from '@authlib/core/kit'

/**
 * Reads `Client-Cert` (RFC 9440), a PEM with percent-encoding (`$ssl_client_escaped_cert` of nginx), or base64 of DER.
 * Undefined when there is none, or it cannot be read.
 *
 * The proxy must remove this header from every request that it gets: else anyone can claim any certificate. `trusted` says
 * whether the proxy demands that a trusted authority has issued it.
 *
 * @example
 * mount(server, { clientCertificate: ({ headers }) => certificateFromHeader(headers['client-cert'], { trusted: true }) })
 */
export function certificateFromHeader(
  value: string | readonly string[] | null | undefined,
  { trusted }: { readonly trusted: boolean },
): ClientCertificate | undefined {
  if (typeof value !== 'string' || value === '' || value.length > 16_384) return undefined
  try {
    const text = value.includes('%') ? decodeURIComponent(value) : value
    const body = /-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/.exec(text)?.[1] ?? text
    const der = decodeBase64(body.replace(/^:|:$/g, '').replace(/\s/g, ''))
    return der[0] === 0x30 ? { der, trusted } : undefined // a SEQUENCE
  } catch {
    return undefined
  }
}
