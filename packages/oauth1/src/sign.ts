/**
 * Signs a request: the protocol parameters with their signature, and where to put them.
 *
 * @spec RFC 5849 §3.1 §3.5
 */

import { systemClock, systemRandom, type Clock, type Random } from '@authlib/core'
import type { KeyMaterial } from '@authlib/jose'
import { formatOAuthHeader } from './authorization-header.ts'
import { baseString, baseStringUri } from './base-string.ts'
import { hmacSha1 } from './hmac.ts'
import { formatPairs, parsePairs, type Pair } from './pairs.ts'
import type { SignatureMethod } from './signature-method.ts'

/** Of a request, what a signature covers. */
export interface RequestToSign {
  /** Default `GET`. */
  readonly method?: string | undefined
  /** Absolute, with its query. */
  readonly url: string | URL
  /** The body, if its content type is `application/x-www-form-urlencoded`. Any other body is not signed. */
  readonly form?: string | URLSearchParams | undefined
}

/** With what a request is signed. */
export interface SignOptions {
  /** `oauth_consumer_key`. */
  readonly clientId: string
  /** Default: empty, as with RSA. */
  readonly clientSecret?: string | undefined
  /** For RSA. */
  readonly privateKey?: KeyMaterial | undefined
  /** Temporary credentials or an access token. Default: none; the client signs for itself. */
  readonly token?: { readonly token: string; readonly tokenSecret: string } | undefined
  /** Default {@link hmacSha1}. */
  readonly signatureMethod?: SignatureMethod | undefined
  /**
   * Further protocol parameters, such as `oauth_callback` and `oauth_verifier`. They replace those that are set by
   * default, such as `oauth_nonce`; undefined leaves one out, such as `oauth_version`.
   */
  readonly params?: Readonly<Record<string, string | undefined>> | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/** Where the protocol parameters go. RFC 5849 §3.5 */
export type Placement = 'header' | 'query' | 'body'

export interface PlacementOptions extends SignOptions {
  /** Default `header`. `body` needs a form; requests without one are signed in the header. */
  readonly placement?: Placement | undefined
  /** Of the header. */
  readonly realm?: string | undefined
}

/** A request to be sent as it is. What was given is not changed. */
export interface SignedRequest {
  readonly url: string
  /** Of the header placement. */
  readonly authorization?: string | undefined
  /** The form as it was signed; with the protocol parameters in the body placement. */
  readonly form?: string | undefined
}

/**
 * Signs a request, with a fresh timestamp and nonce each time.
 *
 * @throws TypeError for a URL that is not absolute, or a key that the method cannot use
 * @example
 * const { url, authorization } = await signRequest(
 *   { url: 'https://api.example/photos?size=original' },
 *   { clientId, clientSecret, token: { token, tokenSecret } },
 * )
 * await fetch(url, { headers: { authorization } })
 */
export async function signRequest(request: RequestToSign, options: PlacementOptions): Promise<SignedRequest> {
  const { placement = 'header', realm } = options
  const url = new URL(request.url)
  const form = request.form?.toString()
  const pairs = await sign(request.method, url, form, options)
  if (placement === 'query') return { url: withQuery(url, pairs), form }
  if (placement === 'body' && form !== undefined) return { url: url.href, form: joined(form, pairs) }
  return { url: url.href, authorization: formatOAuthHeader({ realm, pairs }), form } // `href`: as `fetch` sends it
}

/** The protocol parameters of a request, `oauth_signature` last. */
export async function signedParameters(request: RequestToSign, options: SignOptions): Promise<readonly Pair[]> {
  return sign(request.method, new URL(request.url), request.form?.toString(), options)
}

async function sign(
  method = 'GET',
  url: URL,
  form = '',
  {
    clientId,
    clientSecret = '',
    privateKey,
    token,
    signatureMethod = hmacSha1,
    params,
    clock = systemClock,
    random = systemRandom,
  }: SignOptions,
): Promise<readonly Pair[]> {
  const own: Pair[] = []
  const add = (name: string, value: string | undefined): void => {
    const chosen = params !== undefined && Object.hasOwn(params, name) ? params[name] : value
    if (chosen !== undefined) own.push([name, chosen])
  }
  add('oauth_consumer_key', clientId)
  add('oauth_token', token?.token)
  add('oauth_signature_method', signatureMethod.name)
  add('oauth_timestamp', String(clock()))
  add('oauth_nonce', params?.['oauth_nonce'] ?? createNonce(random))
  add('oauth_version', '1.0')
  for (const name of Object.keys(params ?? {})) if (!DEFAULTS.has(name)) add(name, undefined)
  const pairs = [...own, ...parsePairs(url.search.slice(1)), ...parsePairs(form)]
  const text = baseString({ method, uri: baseStringUri(url), pairs })
  const secrets = { clientSecret, tokenSecret: token?.tokenSecret ?? '', privateKey }
  const signature = signatureMethod.sign(text, secrets)
  own.push(['oauth_signature', typeof signature === 'string' ? signature : await signature])
  return own
}

/** The parameters that every signature has, unless the caller leaves one out. */
const DEFAULTS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'oauth_consumer_key',
  'oauth_token',
  'oauth_signature_method',
  'oauth_timestamp',
  'oauth_nonce',
  'oauth_version',
])

/** 120 bits, in 30 letters and digits: OAuthLib's servers take no other characters, and no more. */
function createNonce(random: Random): string {
  let text = ''
  for (const byte of random(15)) text += HEX[byte] ?? ''
  return text
}

const HEX: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'))

function withQuery(url: URL, pairs: readonly Pair[]): string {
  const signed = new URL(url)
  signed.search = joined(url.search.slice(1), pairs)
  return signed.href
}

function joined(text: string, pairs: readonly Pair[]): string {
  return text === '' ? formatPairs(pairs) : `${text}&${formatPairs(pairs)}`
}
