/** Where no one else reads along: https, and this machine. Apart from other words about URLs, so that `send` loads no more. */

import { isLoopbackAddress } from './loopback.ts'
import { parseUrl } from './parse-url.ts'

export interface SecureTransportOptions {
  /** Accepts plain http to any host. An option in code, on purpose not an environment variable. Default false. */
  readonly allowInsecureTransport?: boolean | undefined
}

/** https, or http to this machine. RFC 6749 §3.1.2.1, RFC 8252 §7.3. */
export function isSecureTransport(
  url: string | URL,
  { allowInsecureTransport = false }: SecureTransportOptions = {},
): boolean {
  const parsed = typeof url === 'string' ? parseUrl(url) : url
  if (parsed?.protocol === 'https:') return true
  return parsed?.protocol === 'http:' && (allowInsecureTransport || isLoopbackHost(parsed.hostname))
}

/** `localhost` or a loopback address; IPv6 with or without brackets. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname.toLowerCase() === 'localhost' || isLoopbackIp(hostname)
}

/** A loopback address, not a name: names can be made to resolve elsewhere. RFC 8252 §8.3. */
export function isLoopbackIp(hostname: string): boolean {
  return isLoopbackAddress(hostname.replace(/^\[(.*)\]$/, '$1'))
}
