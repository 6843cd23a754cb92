/**
 * Calls to an API in the name of one account: each attempt is signed afresh, and only for the origins that were named.
 *
 * @spec RFC 5849 §3
 */

import type { ApiFetch } from '@authlib/core/kit'
import { apiFetch, directoryUrl } from '@authlib/core/kit'
import { bodyHash, isForm, unknownBytes } from '../body-hash.ts'
import { hmacSha1 } from '../hmac.ts'
import { signRequest, type PlacementOptions } from '../sign.ts'
import type { OAuth1Token, TokenCredentials } from './token.ts'

/** The API in the name of one account, or of the client itself. */
export interface OAuth1Session {
  /**
   * As the `fetch` of the platform, signed. Relative URLs start at `apiBaseUrl`. A redirect on the same origin is signed
   * again; one to another origin is followed without a signature.
   *
   * @throws AuthlibError `login_required`; `foreign_origin` for a URL that is not signed for
   */
  readonly fetch: ApiFetch
  /** Where relative URLs start. */
  readonly baseUrl?: string | undefined
  /** The token of the account. @throws AuthlibError `login_required` */
  token(): Promise<OAuth1Token | TokenCredentials>
  /** Keeps the token of a login, whatever was kept before. */
  save(token: OAuth1Token): Promise<void>
  /** Drops the token. OAuth 1 has no way to end it at the provider. */
  forget(): Promise<void>
}

export interface SessionParts extends Pick<OAuth1Session, 'token' | 'save' | 'forget'> {
  readonly apiBaseUrl?: string | undefined
  readonly resources?: readonly string[] | undefined
  readonly fetch?: typeof fetch | undefined
  /** How requests are signed; null in place of a token signs for the client alone. */
  readonly signing: () => Promise<PlacementOptions>
  /** Signs bodies that are no form too. */
  readonly bodyHash: boolean
}

export function createSession({
  apiBaseUrl,
  resources,
  fetch,
  signing,
  bodyHash,
  token,
  save,
  forget,
}: SessionParts): OAuth1Session {
  const call = apiFetch({
    apiBaseUrl,
    resources,
    fetch,
    authenticate: async (request) => signFetchRequest(request, await signing(), bodyHash),
  })
  return {
    async fetch(input, init) {
      if (bodyHash && init?.body instanceof ReadableStream) throw unknownBytes() // a Request would hide what it was made of
      return call(input, init)
    },
    baseUrl: directoryUrl(apiBaseUrl),
    token,
    save,
    forget,
  }
}

/** A copy of the request with its signature. */
export async function signFetchRequest(
  request: Request,
  options: PlacementOptions,
  hashBody = false,
): Promise<Request> {
  const form = isForm(request.headers.get('content-type')) ? await request.clone().text() : undefined
  const hash =
    hashBody && form === undefined && request.body !== null
      ? await bodyHash(new Uint8Array(await request.clone().arrayBuffer()), options.signatureMethod ?? hmacSha1)
      : undefined
  const { method, url, headers } = request
  const signed = await signRequest(
    { method, url, form },
    hash === undefined ? options : { ...options, params: { ...options.params, oauth_body_hash: hash } },
  )
  if (signed.authorization !== undefined) {
    const withSignature = new Headers(headers)
    withSignature.set('authorization', signed.authorization)
    return new Request(request, { headers: withSignature })
  }
  if (signed.url === url) return new Request(request, { body: signed.form ?? null })
  if (request.body === null) return new Request(signed.url, request)
  // Read: the body of another request is a stream, which is sent without its length.
  const body = signed.form ?? (await request.arrayBuffer())
  return new Request(signed.url, { method, headers, body, signal: request.signal, redirect: request.redirect })
}
