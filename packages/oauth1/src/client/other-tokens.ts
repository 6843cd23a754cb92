/** Tokens that come without a login. */

import { AuthlibError } from '@authlib/core'
import { encodeForm } from '@authlib/core/kit'
import { tokenOf, type SigningClient } from './context.ts'
import type { OAuth1Token } from './token.ts'

export interface PasswordTokenOptions {
  readonly username: string
  readonly password: string
  /** Further parameters of the form. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/**
 * A token for a name and a password (xAuth), where a provider still allows it. Prefer a login.
 *
 * @throws AuthlibError `missing_endpoint`, `request_refused`, `invalid_response`, and those of `send`
 * @example
 * const token = await requestPasswordToken(client, { username, password })
 */
export async function requestPasswordToken(
  { context }: SigningClient,
  { username, password, params }: PasswordTokenOptions,
): Promise<OAuth1Token> {
  const form = { ...params, x_auth_mode: 'client_auth', x_auth_username: username, x_auth_password: password }
  return tokenOf(context, await context.send('accessTokenUrl', { form }))
}

/**
 * A token from what another program has kept: `oauth_token` and `oauth_token_secret` as an object, or form-encoded.
 *
 * @throws AuthlibError `missing_token`
 * @example
 * const token = tokenFrom(client, { oauth_token: row.token, oauth_token_secret: row.secret })
 */
export function tokenFrom(
  { context }: SigningClient,
  values: string | Readonly<Record<string, string | undefined>>,
): OAuth1Token {
  const text = typeof values === 'string' ? values : encodeForm(values)
  const members = new Map(new URLSearchParams(text))
  if (!members.get('oauth_token') || !members.has('oauth_token_secret')) {
    throw new AuthlibError('missing_token', 'There is no token', {
      hint: 'A token is `oauth_token` and `oauth_token_secret`.',
    })
  }
  return tokenOf(context, { status: 200, text })
}
