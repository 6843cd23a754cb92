/** Addresses of this machine. Without the tables for all others, as every client asks this. */

import { parseUrl } from './parse-url.ts'

const LOOPBACK = /^(?:127\.[\d.]+|\[::(?:1|ffff:7f[^:]{2}:[^:]+)\])$/

/** 127.0.0.0/8, ::1, and the former mapped into IPv6. */
export function isLoopbackAddress(text: string): boolean {
  const isIpv6 = text.includes(':')
  if (!/^[\da-f:.]+$/i.test(text)) return false
  // of the many spellings of an IPv6 address (RFC 4291 §2.2), one for all
  const hostname = parseUrl(`http://${isIpv6 ? `[${text}]` : text}`)?.hostname ?? ''
  return LOOPBACK.test(hostname) && (isIpv6 || hostname === text)
}
