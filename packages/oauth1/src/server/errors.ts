/**
 * Errors of servers and protected resources, and how they are answered: form-encoded, never cached.
 *
 * @spec RFC 5849 §3.2
 */

import { AuthlibError, noStore, type HttpResponse } from '@authlib/core'
import { challenge, encodeForm } from '@authlib/core/kit'

/** A request that is refused. Its message goes over the wire. */
export class OAuth1Error extends AuthlibError {}

/** 400: malformed, or against the rules. */
export function invalidRequest(message: string, reason?: string): OAuth1Error {
  return new OAuth1Error('invalid_request', message, { status: 400, reason })
}

/** 400: `name` is one of the protocol's parameters, never text of the caller. */
export function missingParameter(name: string): OAuth1Error {
  return new OAuth1Error('missing_required_parameter', `${name} is missing`, { status: 400 })
}

/** 400: a protocol parameter came twice, in one place or in two. RFC 5849 §3.1 */
export function duplicatedParameter(): OAuth1Error {
  const message = 'A protocol parameter came twice'
  return new OAuth1Error('duplicated_oauth_protocol_parameter', message, { status: 400 })
}

/** 400: a protocol parameter that does not belong to this request. */
export function unsupportedParameter(name: string): OAuth1Error {
  return new OAuth1Error('unsupported_parameter', `${name} is not for this request`, { status: 400 })
}

/** 400: the server does not know the method, or the client is not registered for it. */
export function unsupportedSignatureMethod(reason: string): OAuth1Error {
  const message = 'oauth_signature_method is not supported'
  return new OAuth1Error('unsupported_signature_method', message, { status: 400, reason })
}

/** 401: no such client. */
export function invalidClient(): OAuth1Error {
  return new OAuth1Error('invalid_client', 'The client is unknown', { status: 401 })
}

/** 401: unknown, expired, used, or of another client. */
export function invalidToken(reason: string): OAuth1Error {
  return new OAuth1Error('invalid_token', 'The token is not valid', { status: 401, reason })
}

/** 401: the signature, or the hash of the body, is another. */
export function invalidSignature(reason?: string): OAuth1Error {
  return new OAuth1Error('invalid_signature', 'The signature is not valid', { status: 401, reason })
}

/** 401: the nonce was used before. RFC 5849 §3.3 */
export function invalidNonce(): OAuth1Error {
  return new OAuth1Error('invalid_nonce', 'The nonce was used before', { status: 401 })
}

/** What was thrown, as an error that can be answered. Anything unforeseen is a 500 that tells nothing. */
export function toOAuth1Error(error: unknown): OAuth1Error {
  if (error instanceof OAuth1Error) return error
  if (error instanceof AuthlibError && error.status === 503) {
    return new OAuth1Error('temporarily_unavailable', 'The server cannot answer now', { status: 503, cause: error })
  }
  if (error instanceof AuthlibError && error.status < 500) {
    return new OAuth1Error(error.code, error.message, { status: error.status, reason: error.reason, cause: error })
  }
  return new OAuth1Error('server_error', 'Something unforeseen happened', { status: 500, cause: error })
}

/** The answer to an error: 401 with a challenge. RFC 5849 §3.2, RFC 9110 §11.6.1 */
export function errorResponse({ status, code, message }: OAuth1Error, realm: string): HttpResponse {
  return {
    status,
    headers: [
      ['content-type', FORM],
      ...noStore,
      ...(status === 401 ? [['www-authenticate', challenge('OAuth', { realm })] as const] : []),
    ],
    body: encodeForm({ error: code, error_description: message }),
  }
}

/** The answer that carries credentials. RFC 5849 §2.1 */
export function credentialsResponse(values: Readonly<Record<string, string | undefined>>): HttpResponse {
  return { status: 200, headers: [['content-type', FORM], ...noStore], body: encodeForm(values) }
}

const FORM = 'application/x-www-form-urlencoded'
