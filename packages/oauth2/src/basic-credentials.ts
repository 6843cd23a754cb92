/**
 * Client credentials in the `Authorization` header.
 *
 * @spec RFC 6749 §2.3.1
 */

import type { HttpRequest } from '@authlib/core'
import { decodeBase64TextOrNull, decodeFormValue, parseAuthorization } from '@authlib/core/kit'

/** Identifier and secret of a client. */
export interface BasicCredentials {
  readonly clientId: string
  readonly secret: string
  /** The two as they came, where form-decoding changes them: many clients do not encode. */
  readonly raw?: { readonly clientId: string; readonly secret: string } | undefined
}

/** Undefined when the request uses another scheme or none, null when what it sends is malformed. */
export function readBasicCredentials(request: HttpRequest): BasicCredentials | null | undefined {
  const authorization = parseAuthorization(request.headers.get('authorization'))
  if (authorization?.scheme !== 'basic') return undefined
  const text = decodeBase64TextOrNull(authorization.value)
  const colon = text?.indexOf(':') ?? -1
  if (text === null || colon < 1) return null
  const raw = { clientId: text.slice(0, colon), secret: text.slice(colon + 1) }
  // Both parts are form-encoded before they are joined, so that a colon in either is safe. RFC 6749 §2.3.1
  const clientId = decodedOr(raw.clientId)
  const secret = decodedOr(raw.secret)
  if (clientId.includes('\0')) return null // no store has such a name
  if (clientId === raw.clientId && secret === raw.secret) return { clientId, secret }
  return { clientId, secret, raw }
}

/** As it is, where it is not form-encoded. */
function decodedOr(text: string): string {
  try {
    return decodeFormValue(text)
  } catch {
    return text
  }
}
