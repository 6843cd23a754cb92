/** Addresses of this machine. Without the tables for all others, as every client asks this. */

const BYTE = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'
const LOOPBACK: RegExp = /* @__PURE__ */ new RegExp(`^(?:127(?:\\.${BYTE}){3}|::1|::ffff:7f[\\da-f]{2}:[\\da-f]{1,4})$`)

/** 127.0.0.0/8, ::1, and the former mapped into IPv6. */
export function isLoopbackAddress(text: string): boolean {
  return LOOPBACK.test(text.includes(':') ? shortest(text) : text)
}

/** Of the many spellings of an IPv6 address (RFC 4291 §2.2) the one that `URL` gives to all. Empty when it is none. */
function shortest(text: string): string {
  const url = `http://[${text}]`
  return /^[\da-f:.]+$/i.test(text) && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : ''
}
