/**
 * Client credentials in the `Authorization` header.
 *
 * @spec RFC 6749 §2.3.1
 */

import type { HttpRequest } from '@authlib/core'
import { decodeBase64, decodeFormValue, decodeUtf8, parseAuthorization } from '@authlib/core/kit'

/** Undefined when the request uses another scheme or none, null when what it sends is malformed. */
export function readBasicCredentials(request: HttpRequest): { clientId: string; secret: string } | null | undefined {
  const authorization = parseAuthorization(request.headers.get('authorization'))
  if (authorization?.scheme !== 'basic') return undefined
  try {
    const text = decodeUtf8(decodeBase64(authorization.value))
    const colon = text.indexOf(':')
    if (colon < 1) return null
    // Both parts are form-encoded before they are joined, so that a colon in either is safe. RFC 6749 §2.3.1
    const clientId = decodeFormValue(text.slice(0, colon))
    const secret = decodeFormValue(text.slice(colon + 1))
    return clientId.includes('\0') ? null : { clientId, secret } // no store has such a name
  } catch {
    return null
  }
}
