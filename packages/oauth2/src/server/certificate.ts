/**
 * What client authentication reads of an X.509 certificate: its subject and its alternative names. The TLS layer has
 * verified it; nothing here does.
 *
 * @spec RFC 5280 §4.1
 * @spec RFC 4514 §2 §3
 */

/** Names in a certificate. */
export interface CertificateNames {
  /** The subject as relative names, the first one in the certificate first; each as sorted `type=value`. */
  readonly subject: readonly string[]
  readonly dns: readonly string[]
  readonly uri: readonly string[]
  readonly ip: readonly string[]
  readonly email: readonly string[]
}

interface Der {
  readonly tag: number
  readonly content: Uint8Array
}

const SEQUENCE = 0x30
const OID = 0x06

/** Null for what is not a certificate that can be read. */
export function readCertificateNames(der: Uint8Array): CertificateNames | null {
  try {
    const [tbs] = inside(theOnly(readAll(der)))
    const fields = inside(tbs).filter(({ tag }) => tag !== 0xa0) // without the version
    const [, , , , subject] = fields
    return { subject: inside(subject).map(relativeName), ...alternativeNames(fields) }
  } catch {
    return null
  }
}

/** A distinguished name as text, in the form of {@link CertificateNames.subject}. Null for a malformed one. RFC 4514 §3 */
export function parseDistinguishedName(text: string): readonly string[] | null {
  const names: string[] = []
  for (const part of splitUnescaped(text, ',')) {
    const pairs: string[] = []
    for (const pair of splitUnescaped(part, '+')) {
      const match = /^\s*([A-Za-z][A-Za-z\d-]*|\d+(?:\.\d+)+)\s*=([\s\S]*)$/.exec(pair)
      if (match?.[1] === undefined || match[2] === undefined) return null
      pairs.push(named(match[1], unescape(match[2].trim())))
    }
    names.push(pairs.sort().join('+'))
  }
  return names.reverse() // the text begins with the last one. §2.1
}

function alternativeNames(fields: readonly Der[]): Omit<CertificateNames, 'subject'> {
  const names = { dns: [] as string[], uri: [] as string[], ip: [] as string[], email: [] as string[] }
  const extensions = fields.find(({ tag }) => tag === 0xa3)
  const list = extensions === undefined ? [] : inside(theOnly(readAll(extensions.content)))
  for (const extension of list) {
    const parts = inside(extension)
    if (oidOf(parts[0]) !== '2.5.29.17') continue
    const value = parts.at(-1)
    for (const { tag, content } of inside(theOnly(readAll(value?.content ?? new Uint8Array())))) {
      if (tag === 0x82) names.dns.push(ascii(content).toLowerCase())
      else if (tag === 0x86) names.uri.push(ascii(content))
      else if (tag === 0x81) names.email.push(ascii(content))
      else if (tag === 0x87) names.ip.push(addressOf(content))
    }
  }
  return names
}

/** An address in its one canonical form; as it is when it is none. */
export function canonicalAddress(text: string): string {
  const url = text.includes(':') ? `http://[${text}]` : `http://${text}`
  return URL.canParse(url) ? new URL(url).hostname : text
}

function addressOf(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.')
  const groups = Array.from({ length: 8 }, (_, n) =>
    ((octets[2 * n] ?? 0) * 256 + (octets[2 * n + 1] ?? 0)).toString(16),
  )
  return canonicalAddress(groups.join(':'))
}

/** A SET of type and value, most often of one. */
function relativeName(set: Der): string {
  return readAll(set.content)
    .map((pair) => {
      const [type, value] = inside(pair)
      return named(oidOf(type), textOf(value))
    })
    .sort()
    .join('+')
}

/** Types by their object identifier, values as RFC 4517 §4.2.11 compares them: case and repeated spaces do not count. */
function named(type: string, value: string): string {
  const known = Object.hasOwn(shortNames, type.toUpperCase()) ? shortNames[type.toUpperCase()] : undefined
  return `${known ?? type}=${JSON.stringify(value.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim())}`
}

/** RFC 4514 §3, and what OpenSSL writes. */
const shortNames: Readonly<Record<string, string>> = {
  ...{ CN: '2.5.4.3', SN: '2.5.4.4', SERIALNUMBER: '2.5.4.5', C: '2.5.4.6', L: '2.5.4.7', ST: '2.5.4.8' },
  ...{ STREET: '2.5.4.9', O: '2.5.4.10', OU: '2.5.4.11', TITLE: '2.5.4.12', GN: '2.5.4.42' },
  ...{ ORGANIZATIONIDENTIFIER: '2.5.4.97', BUSINESSCATEGORY: '2.5.4.15', EMAILADDRESS: '1.2.840.113549.1.9.1' },
  ...{ DC: '0.9.2342.19200300.100.1.25', UID: '0.9.2342.19200300.100.1.1' },
  ...{ JURISDICTIONC: '1.3.6.1.4.1.311.60.2.1.3' },
}

function textOf(value: Der | undefined): string {
  if (value === undefined) throw new TypeError('no value')
  const { tag, content } = value
  if (tag === 0x1e) return new TextDecoder('utf-16be', { fatal: true }).decode(content)
  if (tag === 0x14) return new TextDecoder('latin1').decode(content)
  return new TextDecoder('utf-8', { fatal: true }).decode(content)
}

function ascii(content: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(content)
  if (/[^\x20-\x7e]/.test(text)) throw new TypeError('not ASCII') // a NUL would hide what follows it
  return text
}

function oidOf(value: Der | undefined): string {
  if (value?.tag !== OID) throw new TypeError('no object identifier')
  const numbers: number[] = []
  let number = 0
  for (const byte of value.content) {
    number = number * 128 + (byte & 0x7f)
    if ((byte & 0x80) !== 0) continue
    numbers.push(number)
    number = 0
  }
  const [first = 0, ...rest] = numbers
  const top = Math.min(Math.floor(first / 40), 2)
  return [top, first - top * 40, ...rest].join('.')
}

function theOnly(values: readonly Der[]): Der {
  const [value] = values
  if (value === undefined || values.length > 1) throw new TypeError('not one value')
  return value
}

function inside(value: Der | undefined): readonly Der[] {
  if (value?.tag !== SEQUENCE) throw new TypeError('no sequence')
  return readAll(value.content)
}

function readAll(bytes: Uint8Array): readonly Der[] {
  const values: Der[] = []
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at++]!
    let length = bytes[at++] ?? Number.NaN
    if (length > 0x83 || length === 0x80) throw new TypeError('length of another form')
    if (length > 0x80) {
      const octets = length - 0x80
      length = 0
      for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at++] ?? Number.NaN)
    }
    if (!(at + length <= bytes.length)) throw new TypeError('too short')
    values.push({ tag, content: bytes.subarray(at, at + length) })
    at += length
  }
  return values
}

function splitUnescaped(text: string, separator: string): readonly string[] {
  const parts: string[] = ['']
  for (let at = 0; at < text.length; at++) {
    if (text[at] === separator) parts.push('')
    else if (text[at] === '\\') parts.push((parts.pop() ?? '') + text.slice(at, ++at + 1))
    else parts.push((parts.pop() ?? '') + text[at]!)
  }
  return parts
}

/** RFC 4514 §3: `\,` and `\2C`, whose octets are UTF-8. */
function unescape(value: string): string {
  return value.replace(/((?:\\[\da-fA-F]{2})+)|\\(.)/g, (_, hex: string | undefined, plain: string | undefined) => {
    if (hex === undefined) return plain ?? ''
    const octets = hex
      .slice(1)
      .split('\\')
      .map((pair) => Number.parseInt(pair, 16))
    return new TextDecoder().decode(new Uint8Array(octets))
  })
}
