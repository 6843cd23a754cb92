/** The one error family of JOSE. A wrong token or key is a {@link JoseError}, a wrong argument a `TypeError`. */

import { AuthlibError, type AuthlibErrorOptions } from '@authlib/core'

/** Stable codes to switch on. */
export type JoseErrorCode =
  | 'decode_error' // not the serialization it should be
  | 'exceeded_size' // over a limit, refused before decoding
  | 'invalid_header' // a header parameter has the wrong form
  | 'unsupported_critical_header' // `crit`, RFC 7515 §4.1.11
  | 'missing_algorithm'
  | 'unsupported_algorithm' // unknown, not allowed here, or lacking in this runtime
  | 'key_not_found' // no key of the set fits
  | 'invalid_key' // the key is malformed, weak, or not for this use
  | 'bad_signature'
  | 'decryption_failed' // one code for every cryptographic failure, RFC 7516 §11.5
  | 'key_set_unavailable' // a remote key set could not be loaded and none was kept
  | 'invalid_payload' // not a JSON object, not the expected schema
  | 'missing_claim'
  | 'invalid_claim'
  | 'expired_token'
  | 'immature_token' // `nbf` or `iat` lies ahead
  | 'insecure_claim' // looks like a secret, in claims that are to be signed

export interface JoseErrorOptions extends AuthlibErrorOptions {
  /** The claim at fault. */
  readonly claim?: string | undefined
}

/** What is wrong with a token or a key. Status 400 unless said otherwise: a bad token is never a server error. */
export class JoseError extends AuthlibError {
  declare readonly code: JoseErrorCode
  readonly claim: string | undefined

  constructor(code: JoseErrorCode, message: string, { claim, status = 400, ...options }: JoseErrorOptions = {}) {
    super(code, message, { status, ...options })
    this.claim = claim
  }
}
