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

/** What was read of a header, on the request itself: two methods of authentication ask for it. */
const READ: unique symbol = Symbol('basic credentials')

type Read = HttpRequest & { [READ]?: { readonly header: string | null; readonly credentials: Credentials } }

type Credentials = BasicCredentials | null | undefined

/** Undefined when the request uses another scheme or none, null when what it sends is malformed. */
export function readBasicCredentials(request: HttpRequest): Credentials {
  const header = request.headers.get('authorization')
  const before = (request as Read)[READ]
  if (before?.header === header) return before.credentials
  const credentials = parseCredentials(header)
  if (Object.isExtensible(request)) (request as Read)[READ] = { header, credentials }
  return credentials
}

function parseCredentials(header: string | null): Credentials {
  const authorization = parseAuthorization(header)
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
