/**
 * The name of a client certificate in tokens and registrations.
 *
 * @spec RFC 8705 §3.1
 */

import { encodeBase64url, sha256, type ClientCertificate } from '@authlib/core'

/** `x5t#S256`: the SHA-256 of the DER, in base64url. */
export async function certificateThumbprint({ der }: ClientCertificate): Promise<string> {
  return encodeBase64url(await sha256(der))
}
