/**
 * The name of a client certificate in tokens and registrations.
 *
 * @spec RFC 8705 §3.1
 */

import { type ClientCertificate } from '@authlib/core'
import { encodeBase64url, sha256 } from '@authlib/core/kit'

/** `x5t#S256`: the SHA-256 of the DER, in base64url. */
export async function certificateThumbprint({ der }: ClientCertificate): Promise<string> {
  return encodeBase64url(await sha256(der))
}
