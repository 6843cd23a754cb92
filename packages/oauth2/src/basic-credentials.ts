/**
 * Client credentials in the `Authorization` header.
 *
 * @spec RFC 6749 §2.3.1
 */

import type { HttpRequest } from '@authlib/core'
import { decodeBase64, decodeFormValue, decodeUtf8, parseAuthorization } from '@authlib/core/kit'

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
  const text = decodeOrNull(() => decodeUtf8(decodeBase64(authorization.value)))
  const colon = text?.indexOf(':') ?? -1
  if (text === null || colon < 1) return null
  const raw = { clientId: text.slice(0, colon), secret: text.slice(colon + 1) }
  // Both parts are form-encoded before they are joined, so that a colon in either is safe. RFC 6749 §2.3.1
  const clientId = decodeOrNull(() => decodeFormValue(raw.clientId)) ?? raw.clientId
  const secret = decodeOrNull(() => decodeFormValue(raw.secret)) ?? raw.secret
  if (clientId.includes('\0')) return null // no store has such a name
  if (clientId === raw.clientId && secret === raw.secret) return { clientId, secret }
  return { clientId, secret, raw }
}

function decodeOrNull(decode: () => string): string | null {
  try {
    return decode()
  } catch {
    return null
  }
}
