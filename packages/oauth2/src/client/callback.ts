/**
 * The authorization response: whose it is comes first, before anything in it is believed.
 *
 * @spec RFC 6749 §4.1.2
 * @spec RFC 9207 §2.4
 * @spec RFC 9700 §4.4 §4.7
 */

import { AuthlibError, constantTimeEqual, type Params } from '@authlib/core'
import { issuerMismatch, type ServerMetadata } from '../server-metadata.ts'
import type { OAuth2Login } from './authorization.ts'
import { serverAnswered } from './errors.ts'

const ONCE = ['state', 'iss', 'code', 'error', 'error_description', 'error_uri']

/**
 * The code of a callback.
 *
 * @throws AuthlibError `mismatching_state`, `issuer_mismatch`, `missing_issuer`, `invalid_callback`, and what the server
 * answered, such as `access_denied`
 */
export function readCode(params: Params, login: OAuth2Login, metadata: ServerMetadata): string {
  if (params.repeated.some((name) => ONCE.includes(name))) throw invalidCallback('a parameter came twice') // §3.1
  if (!constantTimeEqual(params.get('state') ?? '', login.state)) {
    throw new AuthlibError('mismatching_state', 'This callback belongs to another login', {
      status: 400,
      hint: 'Keep what `createAuthorization` returned for each login apart, and bring it back by its state.',
    })
  }
  checkIssuer(params.get('iss'), metadata)
  const code = params.get('code')
  const error = params.get('error')
  if (code !== undefined && error !== undefined) throw invalidCallback('it has a code and an error')
  if (error !== undefined) {
    const status = error === 'access_denied' ? 403 : 400
    throw serverAnswered(error, params.get('error_description'), { fallback: 'authorization_failed', status })
  }
  if (code === undefined) throw invalidCallback('it has no code')
  return code
}

function checkIssuer(
  iss: string | undefined,
  { issuer, authorization_response_iss_parameter_supported: promised = false }: ServerMetadata,
): void {
  if (iss === undefined && promised) {
    throw new AuthlibError('missing_issuer', 'The callback does not say which issuer it is from', {
      status: 400,
      hint: 'The server promises `iss` in its metadata. Something between it and this application removed the parameter.',
    })
  }
  // With metadata written without an issuer there is nothing to compare: unknown is not different.
  if (iss !== undefined && issuer !== undefined && iss !== issuer) throw issuerMismatch(issuer, iss)
}

function invalidCallback(reason: string): AuthlibError {
  return new AuthlibError('invalid_callback', 'The callback is not a valid answer', { status: 400, reason })
}
