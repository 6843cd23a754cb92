/** Addresses of this machine. Without the tables for all others, as every client asks this. */

const LOOPBACK = /^(?:127\.[\d.]+|\[::(?:1|ffff:7f[^:]{2}:[^:]+)\])$/

/** 127.0.0.0/8, ::1, and the former mapped into IPv6. */
export function isLoopbackAddress(text: string): boolean {
  const isIpv6 = text.includes(':')
  const url = `http://${isIpv6 ? `[${text}]` : text}`
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(url)) return false
  const { hostname } = new URL(url) // of the many spellings of an IPv6 address (RFC 4291 §2.2), one for all
  return LOOPBACK.test(hostname) && (isIpv6 || hostname === text)
}
