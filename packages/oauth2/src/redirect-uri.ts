/**
 * Which redirect URIs may be registered, and which of them a request may use.
 *
 * @spec RFC 6749 §3.1.2
 * @spec RFC 8252 §7
 * @spec RFC 9700 §2.1 §4.1
 */

import { isLoopbackIp, isValidUrl } from '@authlib/core/kit'

/** Native clients may use loopback and private-use redirect URIs. OpenID Connect Registration §2. */
export type ApplicationType = 'web' | 'native'

/**
 * Byte for byte, with one exception: a native client on a loopback IP literal may use any port. RFC 8252 §7.3.
 * Nothing is normalised, so nothing that merely looks alike matches.
 */
export function matchesRedirectUri(registered: string, requested: string, applicationType: ApplicationType): boolean {
  if (registered === requested) return true
  if (applicationType !== 'native') return false
  const ours = loopbackParts(registered)
  const theirs = loopbackParts(requested)
  return ours !== null && theirs !== null && ours.host === theirs.host && ours.rest === theirs.rest
}

/** Why a redirect URI may not be registered, or null when it may. */
export function redirectUriFault(uri: string, applicationType: ApplicationType): string | null {
  if (/[^\x21-\x7e]|\\/.test(uri)) return 'has a character that is not allowed'
  if (uri.includes('#')) return 'has a fragment' // RFC 6749 §3.1.2
  if (!URL.canParse(uri)) return 'is not an absolute URI'
  const url = new URL(uri)
  if (url.username !== '' || url.password !== '') return 'has user information'
  if (/^https?:$/.test(url.protocol) && !isValidUrl(uri)) return 'has no valid host' // `https:/host`, or `;` in the host
  if (url.protocol === 'https:') return null
  if (url.protocol === 'http:') {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isLoopbackIp(host)) return null
    if (host === 'localhost') return null // RFC 8252 §8.3 prefers the literals; development uses the name
    return 'is http and not loopback'
  }
  if (applicationType !== 'native') return 'has a scheme that only native clients may use'
  if (!url.protocol.slice(0, -1).includes('.')) return 'has a private-use scheme without a dot' // RFC 8252 §7.1
  return null
}

/** `http://127.0.0.1:51004/cb` → host `127.0.0.1`, rest `/cb`; null for anything that is not an http loopback literal. */
function loopbackParts(uri: string): { host: string; rest: string } | null {
  if (!URL.canParse(uri)) return null // a port above 65535
  const match = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?(\/[^#\\]*)$/.exec(uri)
  return match?.[1] !== undefined && match[2] !== undefined ? { host: match[1], rest: match[2] } : null
}
