/**
 * The ID Token that the callback of a hybrid flow brings. Loaded by clients that ask for one. What it needs of the relying
 * party is passed in, so that it stays a file of its own in a bundle.
 *
 * @spec OpenID Connect Core 1.0 §3.3.2.10 §3.3.3.6
 * @spec RFC 9207 §4
 */

import type { Params } from '@authlib/core'
import type { decodeUnverifiedJwt } from '@authlib/jose'
import type { IdTokenClaims } from '../claims.ts'
import type { invalidIdToken, openIdToken, validateIdToken } from './id-token.ts'
import type { OpenIDLogin } from './login.ts'
import type { ProviderClient } from './openid-context.ts'

/** What a relying party does with ID Tokens. */
export interface IdTokenReader {
  readonly open: typeof openIdToken
  readonly validate: typeof validateIdToken
  readonly decode: typeof decodeUnverifiedJwt
  readonly invalid: typeof invalidIdToken
}

/** The ID Token of a callback vouches for its code and state (§3.3.2.10), and says who answers (RFC 9207 §4). */
export async function checkCallback(
  params: Params,
  login: OpenIDLogin,
  client: ProviderClient,
  { open, validate, invalid }: IdTokenReader,
): Promise<Params> {
  if (params.has('error')) return params
  const idToken = params.get('id_token')
  if (idToken === undefined) throw invalid('the callback has none')
  const { nonce, maxAge, state } = login
  const [code = '', accessToken] = [params.get('code'), params.get('access_token')]
  const opened = await open(client.openid, idToken)
  const { iss, c_hash } = await validate(client, opened, { nonce, maxAge, state, code, accessToken })
  if (c_hash === undefined) throw invalid('there is no c_hash') // §3.3.2.11
  if ((params.get('iss') ?? iss) !== iss) throw invalid('iss is not the one of the callback')
  return params.repeated.length > 0 ? params : params.with({ iss })
}

/** Both ID Tokens of a hybrid flow are about one person. §3.3.3.6 */
export async function comparePersons(
  callback: Params,
  claims: IdTokenClaims,
  client: ProviderClient,
  { open, decode, invalid }: IdTokenReader,
): Promise<void> {
  const { iss, sub } = decode(await open(client.openid, callback.get('id_token') ?? '')).claims // validated by checkCallback
  if (iss !== claims.iss || sub !== claims.sub) throw invalid('the one of the callback is about somebody else')
}
