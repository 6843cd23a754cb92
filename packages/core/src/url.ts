/** URLs as the protocols compare and extend them: mostly as strings, because a parser would rewrite them. */

import { AuthlibError } from './errors.ts'
import { encodeForm, type ParamValues } from './params.ts'
import { isSecureTransport, type SecureTransportOptions } from './secure-transport.ts'

/** Whether the scheme is https, in any case: `HTTPS://a` is the same origin as `https://a`. */
export function isHttps(url: string): boolean {
  return /^https:/i.test(url)
}

export interface ValidUrlOptions {
  /** Whether a fragment is fine. Default true. */
  readonly fragments?: boolean | undefined
}

/**
 * An absolute URL with a host, without user information, in the characters of RFC 3986. Of the host, only the characters
 * of domain names and IP addresses: parsers accept `;` and `,` there, which mean something else in a header.
 */
export function isValidUrl(url: string, { fragments = true }: ValidUrlOptions = {}): boolean {
  return URL_SHAPE.test(url) && (fragments || !url.includes('#')) && URL.canParse(url)
}

/** Throws `invalid_issuer` unless it is https (or http on loopback) without query, fragment and user. RFC 8414 §2. */
export function assertIssuer(issuer: string, options?: SecureTransportOptions): void {
  const valid = isValidUrl(issuer) && !/[?#]/.test(issuer) && !DOCUMENT.test(issuer)
  if (valid && isSecureTransport(issuer, options)) return
  const message = 'The issuer must be an https URL without query and fragment'
  throw new AuthlibError('invalid_issuer', message, { hint: issuerHint(issuer) })
}

/** Where an issuer publishes its metadata: what people copy from a provider's console. */
const DOCUMENT = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)/

/** What is wrong with this one. Nothing of it is repeated: strangers choose some issuers. */
function issuerHint(issuer: string): string {
  if (!issuer) return 'It is empty: is its variable set?'
  if (DOCUMENT.test(issuer)) return 'Leave out `/.well-known/` and what follows.'
  if (isHttps(issuer)) return 'It has a host, and neither user, query nor fragment.'
  return /^http:/i.test(issuer) ? 'Plain http is accepted for loopback hosts only.' : 'It begins with https://.'
}

/**
 * Where the well-known name goes: before the path (RFC 8414 §3, RFC 9728 §3), behind it (OIDC Discovery §4), or to the root
 * of the host without the path (RFC 7033 §4).
 */
export type WellKnownPlacement = 'insert' | 'append' | 'root'

/** The URL of `/.well-known/<name>` for an issuer or a resource. */
export function wellKnownUrl(issuer: string, name: string, placement: WellKnownPlacement): string {
  const { origin, path, query } = wellKnown(issuer, name, placement)
  return origin + path + query
}

/** The path of {@link wellKnownUrl}. */
export function wellKnownPath(issuer: string, name: string, placement: WellKnownPlacement): string {
  return wellKnown(issuer, name, placement).path
}

/** Adds to the query and leaves what is there byte for byte. */
export function addQuery(url: string, params: ParamValues): string {
  const base = url.replace(/#.*/s, '')
  return append(base, '?', params) + url.slice(base.length)
}

/** The same in the fragment. */
export function addFragment(url: string, params: ParamValues): string {
  return append(url, '#', params)
}

/**
 * Whether a target to return to stays on our own site: an absolute path. Browsers read `//host` and `/\host` as another
 * origin, and skip tabs and line breaks. A path that becomes `//host` once its dot segments are removed, such as
 * `/.//host`, is refused too: a router or a proxy may normalise it. RFC 9700 §4.11.
 */
export function isLocalPath(target: string): boolean {
  if (!/^\/(?![/\\])[!-~]*$/.test(target)) return false
  const { origin, pathname } = new URL(target, OWN_SITE)
  return origin === OWN_SITE && !pathname.startsWith('//')
}

const OWN_SITE = 'https://own-site.invalid'

/** The shape of a language tag. RFC 5646 §2.1. */
export function isLanguageTag(tag: string): boolean {
  return typeof tag === 'string' && /^([a-z]{2,8}|[ix](?=-))(-[a-z\d]{1,8})*$/i.test(tag)
}

/** scheme "://" host, port, then only characters that RFC 3986 has. */
const URL_SHAPE = /^[a-z][a-z\d+.-]*:\/\/(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d+)?(?:[/?#][!#-;=?-Z[\]_a-z~]*)?$/i

/** Origin, path without a terminating slash (RFC 8414 §3), and query. */
const PARTS = /^(\w+:\/\/[^/?]*)([^?]*?)\/?(\?.*)?$/

function wellKnown(
  issuer: string,
  name: string,
  placement: WellKnownPlacement,
): { origin: string; path: string; query: string } {
  const [, origin = '', path = '', query = ''] = PARTS.exec(issuer) ?? []
  const own = `/.well-known/${name}`
  if (placement === 'root') return { origin, path: own, query: '' }
  return { origin, path: placement === 'insert' ? own + path : path + own, query }
}

function append(url: string, mark: '?' | '#', params: ParamValues): string {
  const form = encodeForm(params)
  if (form === '') return url
  if (!url.includes(mark)) return url + mark + form
  return url.endsWith(mark) || url.endsWith('&') ? url + form : `${url}&${form}`
}

/** Whether a path is `base` or lies below it: `/mcp/tools` does below `/mcp`, `/mcp-other` does not. */
export function isWithinPath(path: string, base: string): boolean {
  return path === base || path.startsWith(base.replace(/\/?$/, '/'))
}
