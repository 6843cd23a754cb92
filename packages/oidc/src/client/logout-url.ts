/**
 * Logging out at the provider too.
 *
 * @spec OpenID Connect RP-Initiated Logout 1.0 §2
 */

import type { CallOptions } from '@authlib/core'
import { addQuery, untilAborted } from '@authlib/core/kit'
import type { Token, TokenClient } from '@authlib/oauth2/client'

/** OpenID Connect RP-Initiated Logout §2. */
export interface LogoutOptions extends CallOptions {
  /** The token of the login that ends: its ID Token tells the provider whose session it is. */
  readonly token?: Pick<Token, 'idToken'> | undefined
  /** Where the provider sends the browser afterwards, as registered there. */
  readonly postLogoutRedirectUri?: string | undefined
  readonly state?: string | undefined
  readonly logoutHint?: string | undefined
  readonly uiLocales?: readonly string[] | undefined
}

/**
 * Where to send the browser to log out at the provider too; null when the provider offers no logout.
 *
 * @example
 * const url = await logoutUrl(oauth.example, { token, postLogoutRedirectUri: 'https://app.example/bye' })
 */
export async function logoutUrl(
  { context }: Pick<TokenClient, 'context'>,
  { token, state, signal, ...options }: LogoutOptions = {},
): Promise<string | null> {
  const { end_session_endpoint: endpoint } = await untilAborted(signal, context.metadata())
  if (endpoint === undefined) return null
  return addQuery(endpoint, {
    client_id: context.clientId,
    id_token_hint: token?.idToken,
    post_logout_redirect_uri: options.postLogoutRedirectUri,
    state,
    logout_hint: options.logoutHint,
    ui_locales: options.uiLocales?.join(' '),
  })
}
