/** Which IP addresses belong to the public internet, and which to this machine. */

import { AuthlibError } from './errors.ts'

/** 4 or 16 bytes, or null when the text is not an address: dotted decimal or RFC 4291 §2.2, without a zone. */
export function parseAddress(text: string): readonly number[] | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** 127.0.0.0/8, ::1, and the former mapped into IPv6. */
export function isLoopbackAddress(text: string): boolean {
  return isWithin(parseAddress(text), LOOPBACK)
}

/** False for everything that is private, local, reserved, multicast or a door to such (mapped, NAT64, 6to4, Teredo). */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text)
  if (address === null) return false
  return address.length === 4
    ? !isWithin(address, NOT_PUBLIC)
    : isWithin(address, PUBLIC_V6) && !isWithin(address, NOT_PUBLIC)
}

/** Whether a host, as `URL` writes it, may be public. A name may still resolve to an address that is not. */
export function isPublicHostname(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  if (host.startsWith('[')) return isPublicAddress(host.slice(1, -1))
  if (parseIpv4(host) !== null) return isPublicAddress(host)
  return host.includes('.') && !/\.(localhost|local|internal|intranet|lan|home|corp|private|home\.arpa)$/.test(host)
}

export function forbiddenAddress(): AuthlibError {
  return new AuthlibError('forbidden_address', 'The host does not have a public address', { status: 400 })
}

type Range = readonly [prefix: readonly number[], bits: number]

const LOOPBACK = ranges('127.0.0.0/8 ::1/128 ::ffff:127.0.0.0/104')

const PUBLIC_V6 = ranges('2000::/3')

// IANA special-purpose address registries, RFC 6890; 168.63.129.16 is how Azure reaches its hosts.
const NOT_PUBLIC = ranges(
  `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
   192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
   2001::/23 2001:db8::/32 2002::/16 3fff::/20`,
)

function ranges(text: string): readonly Range[] {
  return text.split(/\s+/).map((range) => {
    const [prefix, bits] = range.split('/')
    return [parseAddress(prefix!)!, Number(bits)]
  })
}

function isWithin(address: readonly number[] | null, list: readonly Range[]): boolean {
  return address !== null && list.some((range) => matches(address, range))
}

function matches(address: readonly number[], [prefix, bits]: Range): boolean {
  if (address.length !== prefix.length) return false
  return prefix.every((byte, i) => {
    const rest = Math.min(Math.max(bits - i * 8, 0), 8)
    return (byte ^ address[i]!) >> (8 - rest) === 0
  })
}

function parseIpv4(text: string): readonly number[] | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null
  const bytes = text.split('.').map(Number)
  return bytes.every((byte) => byte < 256) ? bytes : null
}

function parseIpv6(text: string): readonly number[] | null {
  const halves = dottedToHex(text).split('::')
  if (halves.length > 2) return null
  const [head, tail] = [parseGroups(halves[0]!), parseGroups(halves[1] ?? '')]
  if (head === null || tail === null) return null
  const missing = 16 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 2) return null
  return [...head, ...Array<number>(missing).fill(0), ...tail]
}

/** RFC 4291 §2.2: the last two groups may be written as an IPv4 address. */
function dottedToHex(text: string): string {
  const start = text.lastIndexOf(':') + 1
  const bytes = parseIpv4(text.slice(start))
  if (bytes === null) return text
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'))
  return `${text.slice(0, start)}${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`
}

function parseGroups(text: string): number[] | null {
  if (text === '') return []
  const groups = text.split(':')
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return null
  return groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
}
