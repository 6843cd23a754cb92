/**
 * Errors of OAuth 2 and the makers that throw sites use.
 *
 * @spec RFC 6749 §4.1.2.1 §5.2
 */

import { AuthlibError, jsonResponse, noStore, type ErrorCode, type HttpHeader, type HttpResponse } from '@authlib/core'

/** Registered error codes that an authorization server answers with. Extensions add theirs to `ErrorCodes` of core. */
export type OAuth2ErrorCode =
  // RFC 6749
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'access_denied'
  | 'server_error'
  | 'temporarily_unavailable'
  // RFC 7009
  | 'unsupported_token_type'
  // OpenID Connect Core §3.1.2.6
  | 'interaction_required'
  | 'login_required'
  | 'account_selection_required'
  | 'consent_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported'
  // OpenID Connect Unmet Authentication Requirements
  | 'unmet_authentication_requirements'
  // RFC 8707
  | 'invalid_target'

export interface OAuth2ErrorOptions {
  /** Internal detail for logs and events; never sent. */
  readonly reason?: string | undefined
  /** Default 400. */
  readonly status?: number | undefined
  /** Headers of the answer, such as a challenge. */
  readonly headers?: readonly HttpHeader[] | undefined
  readonly cause?: unknown
}

/** An error that is answered with `error` and `error_description`. The description is our own constant text. */
export class OAuth2Error extends AuthlibError {
  /** Sent as `error_description`, when there is one. */
  readonly description: string
  readonly headers: readonly HttpHeader[]

  /** @throws TypeError when the description has characters that RFC 6749 §5.2 forbids */
  constructor(
    code: ErrorCode,
    description: string = '',
    { status = 400, headers = [], reason, cause }: OAuth2ErrorOptions = {},
  ) {
    if (!/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/.test(description)) {
      throw new TypeError('error_description has a character that RFC 6749 §5.2 forbids')
    }
    super(code, description === '' ? code : `${code}: ${description}`, { status, reason, cause })
    this.description = description
    this.headers = headers
  }

  /** The members of an error response. */
  toParams(uris: ErrorUris = {}): Record<string, string> {
    return {
      error: this.code,
      ...(this.description !== '' && { error_description: this.description }),
      ...(Object.hasOwn(uris, this.code) && { error_uri: uris[this.code] }),
    }
  }
}

/** The JSON answer of an endpoint that clients call directly. RFC 6749 §5.2. */
export function errorResponse(error: OAuth2Error, uris?: ErrorUris): HttpResponse {
  return jsonResponse(error.status, error.toParams(uris), [...noStore, ...error.headers])
}

/** Pages for developers about errors, by error code: their `error_uri`. RFC 6749 §4.1.2.1, §5.2. */
export type ErrorUris = Readonly<Record<string, string>>

type ErrorMaker = (description?: string, options?: OAuth2ErrorOptions) => OAuth2Error

/* @__NO_SIDE_EFFECTS__ */
function maker(code: OAuth2ErrorCode, defaults: OAuth2ErrorOptions = {}): ErrorMaker {
  return (description, options) => new OAuth2Error(code, description, { ...defaults, ...options })
}

/** The request lacks or repeats a parameter, or is malformed. RFC 6749 §5.2. */
export const invalidRequest: ErrorMaker = maker('invalid_request')
/** The code, refresh token or assertion is not valid for this client. RFC 6749 §5.2. */
export const invalidGrant: ErrorMaker = maker('invalid_grant')
/** The scope is unknown, malformed, or more than was granted. RFC 6749 §5.2. */
export const invalidScope: ErrorMaker = maker('invalid_scope')
/** The client may not use this grant or response type. RFC 6749 §5.2. */
export const unauthorizedClient: ErrorMaker = maker('unauthorized_client')
/** The server does not know the grant type. RFC 6749 §5.2. */
export const unsupportedGrantType: ErrorMaker = maker('unsupported_grant_type')
/** The server does not know the response type. RFC 6749 §4.1.2.1. */
export const unsupportedResponseType: ErrorMaker = maker('unsupported_response_type')
/** The server cannot revoke this kind of token. RFC 7009 §2.2.1. */
export const unsupportedTokenType: ErrorMaker = maker('unsupported_token_type')
/** The resource owner or the server said no. RFC 6749 §4.1.2.1. */
export const accessDenied: ErrorMaker = maker('access_denied')
/** Something unforeseen happened. RFC 6749 §4.1.2.1. */
export const serverError: ErrorMaker = maker('server_error', { status: 500 })
/** The server cannot answer now; 503. RFC 6749 §4.1.2.1. */
export const temporarilyUnavailable: ErrorMaker = maker('temporarily_unavailable', { status: 503 })

/** 401 with the challenge that RFC 6749 §5.2 asks for. Unknown client and wrong secret look the same. */
export const invalidClient: ErrorMaker = maker('invalid_client', {
  status: 401,
  headers: [['www-authenticate', 'Basic realm="client", charset="UTF-8"']],
})
