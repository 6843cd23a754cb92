/**
 * The ID Token that the callback of a hybrid flow brings. Loaded by clients that ask for one. What it needs of the relying
 * party is passed in, so that it stays a file of its own in a bundle.
 *
 * @spec OpenID Connect Core 1.0 §3.3.2.10 §3.3.3.6
 * @spec RFC 9207 §4
 */

import type { AuthlibError, Params, ParamValues } from '@authlib/core'
import type { JwtClaims } from '@authlib/jose'
import type { IdTokenClaims } from '../claims.ts'
import type { IdTokenExpectation } from './id-token.ts'
import type { OpenIDLogin } from './login.ts'

/** What a relying party does with ID Tokens. */
export interface IdTokenReader {
  /** The signed token inside an encrypted one. */
  open(idToken: string): Promise<string>
  /** Verifies signature and claims. */
  validate(
    idToken: string,
    expected: Pick<IdTokenExpectation, 'nonce' | 'maxAge' | 'state' | 'code' | 'accessToken'>,
  ): Promise<IdTokenClaims>
  /** The claims without a look at the signature. */
  claimsOf(idToken: string): JwtClaims
  invalid(reason: string): AuthlibError
  paramsOf(values: ParamValues): Params
}

/** The ID Token of a callback vouches for its code and state (§3.3.2.10), and says who answers (RFC 9207 §4). */
export async function checkCallback(params: Params, login: OpenIDLogin, reader: IdTokenReader): Promise<Params> {
  if (params.has('error')) return params
  const idToken = params.get('id_token')
  if (idToken === undefined) throw reader.invalid('the callback has none')
  const { nonce, maxAge, state } = login
  const [code = '', accessToken] = [params.get('code'), params.get('access_token')]
  const { iss } = await reader.validate(await reader.open(idToken), { nonce, maxAge, state, code, accessToken })
  if ((params.get('iss') ?? iss) !== iss) throw reader.invalid('iss is not the one of the callback')
  return params.repeated.length > 0 ? params : reader.paramsOf({ ...Object.fromEntries(params), iss })
}

/** Both ID Tokens of a hybrid flow are about one person. §3.3.3.6 */
export async function comparePersons(callback: Params, claims: IdTokenClaims, reader: IdTokenReader): Promise<void> {
  const { iss, sub } = reader.claimsOf(await reader.open(callback.get('id_token') ?? '')) // validated by checkCallback
  if (iss !== claims.iss || sub !== claims.sub) throw reader.invalid('the one of the callback is about somebody else')
}
