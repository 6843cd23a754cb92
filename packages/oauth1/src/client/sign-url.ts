/** Signatures that travel without a session: in a URL, or through another service. */

import { AuthlibError } from '@authlib/core'
import { signRequest } from '../sign.ts'
import type { SigningClient } from './context.ts'
import type { OAuth1Token, TokenCredentials } from './token.ts'

export interface SignUrlOptions {
  /** Default: none, which signs for the client itself. */
  readonly token?: OAuth1Token | TokenCredentials | undefined
  /** Default `GET`. */
  readonly method?: string | undefined
}

/**
 * A URL with the signature in its query, for links, images and downloads. It can be used once, and for minutes.
 *
 * @throws AuthlibError `foreign_origin` for an origin that was not named
 * @example
 * const src = await signUrl(oauth.photos, 'https://api.photos.example/1.jpg', { token })
 */
export async function signUrl(
  { context }: SigningClient,
  url: string | URL,
  { token, method = 'GET' }: SignUrlOptions = {},
): Promise<string> {
  const { apiBaseUrl, resources = [] } = context.options
  const absolute = new URL(url, apiBaseUrl)
  const origins = [...(apiBaseUrl === undefined ? [] : [apiBaseUrl]), ...resources].map((one) => new URL(one).origin)
  if (!origins.includes(absolute.origin)) throw new AuthlibError('foreign_origin', 'No token may go to this URL')
  return (await signRequest({ url: absolute, method }, { ...context.signing(token), placement: 'query' })).url
}

/**
 * Headers that let another service ask the provider who the account is, without the token (OAuth Echo). `url` is the
 * resource that tells it.
 *
 * @example
 * const headers = await echoHeaders(client, 'https://api.example/account/verify_credentials.json', token)
 */
export async function echoHeaders(
  { context }: SigningClient,
  url: string,
  token: OAuth1Token | TokenCredentials,
): Promise<{ readonly 'x-auth-service-provider': string; readonly 'x-verify-credentials-authorization': string }> {
  const { authorization = '' } = await signRequest({ url }, { ...context.signing(token), placement: 'header' })
  return { 'x-auth-service-provider': url, 'x-verify-credentials-authorization': authorization }
}
