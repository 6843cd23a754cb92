/** Textual encoding of keys, RFC 7468. */

import { decodeBase64, encodeBase64 } from '@authlib/core/kit'
import { JoseError } from '../errors.ts'
import { invalidKey } from '../keys/jwk.ts'

/** The labels there are, without what may surround them. */
export type PemLabel =
  | 'PUBLIC KEY'
  | 'PRIVATE KEY'
  | 'ENCRYPTED PRIVATE KEY'
  | 'RSA PUBLIC KEY'
  | 'RSA PRIVATE KEY'
  | 'EC PRIVATE KEY'
  | 'CERTIFICATE'

const labels: readonly string[] = [
  'PUBLIC KEY',
  'PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'RSA PUBLIC KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'CERTIFICATE',
] satisfies PemLabel[]

/** The first block of a known kind; OpenSSL writes `EC PARAMETERS` before a key. Throws `invalid_key`. */
export function readPem(text: string): { label: PemLabel; der: Uint8Array } {
  const lines = text.split('\n').map((line) => line.trim())
  const begin = lines.findIndex((line) => labels.some((label) => line === `-----BEGIN ${label}-----`))
  const label = labels.find((name) => lines[begin] === `-----BEGIN ${name}-----`)
  const end = lines.indexOf(`-----END ${label}-----`, begin)
  if (label === undefined || end < 0) throw notPem()
  try {
    return { label: label as PemLabel, der: decodeBase64(lines.slice(begin + 1, end).join('')) } // one of the list
  } catch (cause) {
    throw invalidKey('the body of the PEM is not base64', cause)
  }
}

export function writePem(label: PemLabel, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

function notPem(): JoseError {
  return new JoseError('invalid_key', 'The key is invalid', {
    reason: 'not a PEM of a known kind',
    hint: 'A secret comes through importSecret',
  })
}
