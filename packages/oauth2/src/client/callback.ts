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
import type { CallbackFault } from './callback-faults.ts'
import { errorFrom } from './errors.ts'
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
 * Refuses a callback of another login or another issuer, and one that is an error. Clients do this themselves; it is for those
 * that take another answer than a code. `needsCode`: a callback without one is refused too. Default false.
 *
 * @throws AuthlibError `mismatching_state`, `issuer_mismatch`, `missing_issuer`, `invalid_callback`, and what the server
 * answered, such as `access_denied`
 */
export async function validateCallback(
  params: Params,
  login: OAuth2Login,
  expected: CallbackExpectation,
  needsCode = false,
): Promise<void> {
  const error = params.get('error')
  const fault = await faultOf(params, login, expected, needsCode)
  if (fault !== null) {
    const { aboutCallback } = await import('./callback-faults.ts')
    const { code: name, message, ...options } = aboutCallback(fault, error)
    throw new AuthlibError(name, message, options)
  }
  if (error === undefined) return
  const { aboutRefusal } = await import('./answer-faults.ts')
  throw errorFrom(aboutRefusal(error, params.all('error_description')))
}

/** @throws AuthlibError `issuer_mismatch` */
async function faultOf(
  params: Params,
  login: OAuth2Login,
  { clientId, issuer, issuers = issuer, metadata }: CallbackExpectation,
  needsCode: boolean,
): Promise<CallbackFault | null> {
  if (login.clientId !== clientId) return 'another client' // RFC 9700 §4.4.2: a login ends where it began
  if (login.issuer !== issuer) return 'another issuer'
  if (params.repeated.some((name) => ONCE.includes(name))) return 'repeated parameter' // §3.1
  if (!constantTimeEqual(params.get('state') ?? '', login.state)) return 'another state'
  const iss = params.get('iss')
  if (iss === undefined && metadata.authorization_response_iss_parameter_supported === true) return 'missing issuer'
  // With metadata written without an issuer there is nothing to compare: unknown is not different.
  if (iss !== undefined && issuers !== undefined && (await matchIssuer(issuers, iss)) === null)
    throw issuerMismatch([issuers].flat().join(' or '), iss)
  const answers = ['code', 'error'].filter((name) => params.get(name) !== undefined).length
  if (answers === 1 || (answers === 0 && !needsCode)) return null
  return answers === 0 ? 'neither code nor error' : 'code and error'
}
