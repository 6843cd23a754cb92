/**
 * No signature at all: the secrets are sent as they are. Only over TLS, and only where a provider asks for it.
 *
 * @spec RFC 5849 §3.4.4
 */

import { secretKey, symmetricMethod, type SignatureMethod } from './signature-method.ts'

/** Protects nothing but by TLS. A server must register it, and a client of it must be allowed to use it. */
export const plaintext: SignatureMethod = /* @__PURE__ */ symmetricMethod({
  name: 'PLAINTEXT',
  hash: 'SHA-1',
  sendsSecret: true,
  sign: (_baseString, secrets) => secretKey(secrets),
})
