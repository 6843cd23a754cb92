/**
 * The secret in the Authorization header.
 *
 * @spec RFC 6749 §2.3.1
 */

import { encodeBase64, encodeFormValue, encodeUtf8 } from '@authlib/core/kit'
import type { ClientAuth } from './client-auth.ts'

export interface ClientSecretBasicOptions {
  /** Does not form-encode id and secret first: for servers that compare them without decoding. Default false. */
  raw?: boolean | undefined
}

/** `client_secret_basic`. */
export function clientSecretBasic(secret: string, { raw = false }: ClientSecretBasicOptions = {}): ClientAuth {
  const encode = raw ? (text: string) => text : encodeFormValue
  return ({ clientId }) => ({
    headers: { authorization: `Basic ${encodeBase64(encodeUtf8(`${encode(clientId)}:${encode(secret)}`))}` },
  })
}
