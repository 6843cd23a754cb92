/**
 * The ID Token of a refresh: of the same person, at the same time of authentication. Loaded when the first one comes. What it
 * needs of the relying party is passed in, so that it stays a file of its own in a bundle.
 *
 * @spec OpenID Connect Core 1.0 §12.2
 */

import type { Token } from '@authlib/oauth2/client'
import type { ProviderClient } from './openid-context.ts'
import type { IdTokenReader } from './hybrid.ts'

/**
 * `keeping`: a session loses no account over an ID Token, the one before stays.
 *
 * @throws AuthlibError `invalid_id_token`
 */
export async function checkRefreshed(
  token: Token,
  before: Token,
  keeping: boolean,
  client: ProviderClient,
  { open, validate, decode, invalid }: IdTokenReader,
): Promise<Token> {
  let isOtherPerson = false
  try {
    const opened = { ...token, idToken: await open(client.openid, token.idToken!) }
    const claims = await validate(client, opened.idToken, { accessToken: token.accessToken })
    if (before.idToken === undefined) return opened
    const original = decode(before.idToken).claims // validated at its time
    isOtherPerson = claims.sub !== original.sub || claims.iss !== original.iss
    if (isOtherPerson) throw invalid('it is about another person than the login')
    for (const name of ['auth_time', 'nonce']) {
      const isSame = claims[name] === undefined || claims[name] === original[name]
      if (!isSame) throw invalid(`${name} changed with the refresh`)
    }
    return opened
  } catch (error) {
    if (!keeping || isOtherPerson) throw error
    return { ...token, idToken: before.idToken }
  }
}
