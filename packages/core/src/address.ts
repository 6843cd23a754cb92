/** IP addresses as text. */

/** 4 or 16 bytes, or null when the text is not an address: dotted decimal or RFC 4291 §2.2, without a zone. */
export function parseAddress(text: string): readonly number[] | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** Addresses that begin with the same bits. */
export type Range = readonly [prefix: readonly number[], bits: number]

/** As `10.0.0.0/8 2001:db8::/32`. */
export function ranges(text: string): readonly Range[] {
  return text.split(/\s+/).map((range) => {
    const [prefix, bits] = range.split('/')
    return [parseAddress(prefix!)!, Number(bits)]
  })
}

/** Whether an address is in one of them; null is in none. */
export function isWithin(address: readonly number[] | null, list: readonly Range[]): boolean {
  return address !== null && list.some((range) => matches(address, range))
}

function matches(address: readonly number[], [prefix, bits]: Range): boolean {
  if (address.length !== prefix.length) return false
  return prefix.every((byte, i) => {
    const rest = Math.min(Math.max(bits - i * 8, 0), 8)
    return (byte ^ address[i]!) >> (8 - rest) === 0
  })
}

/** Four decimal numbers. */
export function parseIpv4(text: string): readonly number[] | null {
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
