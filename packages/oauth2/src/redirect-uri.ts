/**
 * Which redirect URIs may be registered, and which of them a request may use.
 *
 * @spec RFC 6749 §3.1.2
 * @spec RFC 8252 §7 §8.3 §8.4
 * @spec RFC 9700 §2.1 §4.1
 */

import { isLoopbackIp, isValidUrl } from '@authlib/core/kit'

/** Native clients may use loopback and private-use redirect URIs. OpenID Connect Registration §2. */
export type ApplicationType = 'web' | 'native'

/** What is allowed beyond RFC 8252. Clients that rely on it should be public and use PKCE. */
export interface RedirectUriOptions {
  /**
   * A native client on `http://localhost` may use any port, as on a loopback address. RFC 8252 §8.3 prefers addresses, as
   * a name can be made to resolve elsewhere. Default false.
   */
  readonly localhostAnyPort?: boolean | undefined
  /**
   * A native client may register a private-use scheme without a dot, such as `cursor://…`. RFC 8252 §7.1 wants the
   * reverse domain name of the application, as any application can claim a short name. Default false.
   */
  readonly schemesWithoutDot?: boolean | undefined
}

/**
 * Byte for byte, with one exception: a native client on a loopback address may use any port, and leave out a path that is
 * `/`. RFC 8252 §7.3. Nothing else is normalised, so nothing that merely looks alike matches.
 */
export function matchesRedirectUri(
  registered: string,
  requested: string,
  applicationType: ApplicationType,
  { localhostAnyPort = false }: RedirectUriOptions = {},
): boolean {
  if (registered === requested) return true
  if (applicationType !== 'native') return false
  const ours = withoutPort(registered)
  if (ours === null || ours !== withoutPort(requested)) return false
  return localhostAnyPort || !ours.startsWith('localhost/')
}

/** Why a redirect URI may not be registered, or null when it may. */
export function redirectUriFault(
  uri: string,
  applicationType: ApplicationType,
  { schemesWithoutDot = false }: RedirectUriOptions = {},
): string | null {
  if (typeof uri !== 'string') return 'is not a string'
  if (/[^\x21-\x7e]|\\/.test(uri)) return 'has a character that is not allowed'
  if (uri.includes('#')) return 'has a fragment' // RFC 6749 §3.1.2
  if (!URL.canParse(uri)) return 'is not an absolute URI'
  const url = new URL(uri)
  if (url.username !== '' || url.password !== '') return 'has user information'
  if (url.host.includes('*')) return 'has a wildcard, and redirect URIs are compared exactly' // RFC 9700 §4.1.3
  if (/^https?:$/.test(url.protocol) && !isValidUrl(uri)) return 'has no valid host' // `https:/host`, or `;` in the host
  if (url.protocol === 'https:') return null
  if (url.protocol === 'http:') {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isLoopbackIp(host)) return null
    if (host === 'localhost') return null // RFC 8252 §8.3 prefers the literals; development uses the name
    return 'is http and not loopback'
  }
  if (applicationType !== 'native') return 'has a scheme that only native clients may use'
  const scheme = url.protocol.slice(0, -1)
  if (neverPrivate.includes(scheme)) return 'has a scheme that does not belong to an application'
  if (scheme.includes('.') || schemesWithoutDot) return null
  return 'has a private-use scheme without a dot' // RFC 8252 §7.1, §8.4
}

/** Whether it leads to the person's own device: a loopback host, or a scheme that an application has claimed. */
export function isNativeRedirectUri(uri: string): boolean {
  return withoutPort(uri) !== null || !/^https?:/i.test(uri)
}

/** Schemes that browsers and systems handle themselves. */
const neverPrivate = [
  ...['javascript', 'vbscript', 'data', 'blob', 'file', 'filesystem', 'about', 'view-source', 'chrome', 'resource'],
  ...['ftp', 'sftp', 'ws', 'wss', 'mailto', 'tel', 'sms', 'intent', 'urn', 'ldap', 'ssh', 'jar'],
  ...['ms-msdt', 'search-ms'],
]

/** `http://127.0.0.1:51004/cb` → `127.0.0.1/cb`; null for anything that is not http on a loopback host. */
function withoutPort(uri: string): string | null {
  if (!URL.canParse(uri)) return null // a port above 65535
  const match = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::[0-9]{1,5})?(?:\/|(?=\?|$))([^#\\]*)$/.exec(uri)
  return match && `${match[1]}/${match[2]}`
}
