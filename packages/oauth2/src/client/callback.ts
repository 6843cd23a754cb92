/**
 * The authorization response: whose it is comes first, before anything in it is believed.
 *
 * @spec RFC 6749 §4.1.2
 * @spec RFC 9207 §2.4
 * @spec RFC 9700 §4.4 §4.7
 */

import { AuthlibError, constantTimeEqual, type Params } from '@authlib/core'
import { matchIssuer, type Issuers } from '../issuer-template.ts'
import { issuerMismatch, type ServerMetadata } from '../server-metadata.ts'
import { serverAnswered } from './errors.ts'
import type { OAuth2Login } from './login.ts'

const ONCE = ['state', 'iss', 'code', 'error', 'error_description', 'error_uri']

/** What the client knows of itself and its server. */
export interface CallbackExpectation {
  readonly clientId: string
  readonly issuer?: string | undefined
  readonly issuers?: Issuers | undefined
  readonly metadata: ServerMetadata
}

/**
 * The code of a callback.
 *
 * @throws AuthlibError `mismatching_state`, `issuer_mismatch`, `missing_issuer`, `invalid_callback`, and what the server
 * answered, such as `access_denied`
 */
export function readCode(params: Params, login: OAuth2Login, expected: CallbackExpectation): string {
  assertOwnLogin(login, expected)
  if (params.repeated.some((name) => ONCE.includes(name))) throw invalidCallback('a parameter came twice') // §3.1
  if (!constantTimeEqual(params.get('state') ?? '', login.state)) throw foreignLogin('the state is another one')
  const error = params.get('error')
  checkIssuer(params.get('iss'), expected, error)
  const code = params.get('code')
  if (code !== undefined && error !== undefined) throw invalidCallback('it has a code and an error')
  if (error !== undefined) {
    const name = REFUSALS.includes(error) ? 'access_denied' : error
    const description = [...(name === error ? [] : [error]), ...params.all('error_description')].join(': ')
    const status = name === 'access_denied' ? 403 : 400
    throw serverAnswered(name, description || undefined, { fallback: 'authorization_failed', status })
  }
  if (code === undefined) throw invalidCallback('it has no code')
  return code
}

/** How some providers call the person's "no". */
const REFUSALS = ['user_cancelled_login', 'user_cancelled_authorize', 'user_denied', 'consent_denied']

/** RFC 9700 §4.4.2: a login that began at one client or server ends there. */
function assertOwnLogin(login: OAuth2Login, { clientId, issuer }: CallbackExpectation): void {
  if (login.clientId !== clientId) throw foreignLogin('another client began this login')
  if (login.issuer !== issuer) throw foreignLogin('this login began at another issuer')
}

function checkIssuer(
  iss: string | undefined,
  { issuer, issuers = issuer, metadata }: CallbackExpectation,
  error: string | undefined,
): void {
  if (iss === undefined) {
    if (metadata.authorization_response_iss_parameter_supported !== true) return
    throw new AuthlibError('missing_issuer', 'The callback does not say which issuer it is from', {
      status: 400,
      reason: error === undefined ? undefined : `its error is ${error}`,
      hint: 'The metadata of the server promises `iss` in each response. The server left it out, or a proxy removed it.',
    })
  }
  // With metadata written without an issuer there is nothing to compare: unknown is not different.
  if (issuers === undefined || matchIssuer(issuers, iss) !== null) return
  throw issuerMismatch([issuers].flat().join(' or '), iss)
}

function foreignLogin(reason: string): AuthlibError {
  return new AuthlibError('mismatching_state', 'This callback belongs to another login', {
    status: 400,
    reason,
    hint: 'Keep what `createAuthorization` returned for each login apart, and bring it back by its state.',
  })
}

function invalidCallback(reason: string): AuthlibError {
  return new AuthlibError('invalid_callback', 'The callback is not a valid answer', { status: 400, reason })
}
