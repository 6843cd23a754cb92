/** Textual encoding of keys, RFC 7468, in every form that people have: escaped line ends, one line, quotes, several blocks. */

import { decodeBase64, encodeBase64 } from '@authlib/core/kit'
import { JoseError } from '../errors.ts'

/** The labels there are, without what may surround them. */
export type PemLabel =
  | 'PUBLIC KEY'
  | 'PRIVATE KEY'
  | 'ENCRYPTED PRIVATE KEY'
  | 'RSA PUBLIC KEY'
  | 'RSA PRIVATE KEY'
  | 'EC PRIVATE KEY'
  | 'OPENSSH PRIVATE KEY'
  | 'CERTIFICATE'

const labels: readonly string[] = [
  'PUBLIC KEY',
  'PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'RSA PUBLIC KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'OPENSSH PRIVATE KEY',
  'CERTIFICATE',
] satisfies PemLabel[]

/** Neither part may begin in the middle of another: nothing to try twice. */
const BLOCK = /-----BEGIN ([A-Z\d ]{1,40})-----([^-]*(?:-(?!----)[^-]*)*)-----END \1-----/g

/**
 * The private key, if there is one, otherwise the first block of a known kind: a file may hold a certificate and its key,
 * and OpenSSL writes `EC PARAMETERS` before a key. Throws `invalid_key`.
 */
export function readPem(text: string): { label: PemLabel; der: Uint8Array } {
  const blocks = [...unescaped(text).matchAll(BLOCK)].filter(([, label]) => labels.includes(label!))
  const block = blocks.find(([, label]) => label!.endsWith('PRIVATE KEY')) ?? blocks[0]
  if (block === undefined) throw notPem(text)
  const [, label, body] = block
  if (body!.includes(':')) throw encryptedBefore()
  try {
    return { label: label as PemLabel, der: decodeBase64(body!.replaceAll(/\s/g, '')) } // one of the list
  } catch (cause) {
    throw invalid('the body of the PEM is not base64', undefined, cause)
  }
}

export function writePem(label: PemLabel, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Variables and JSON files have line ends of two characters. No base64 has a backslash. */
function unescaped(text: string): string {
  return text.replaceAll(/\\r|\\n|\\$/gm, '\n')
}

function notPem(text: string): JoseError {
  if (/BEGIN [A-Z ]{0,40}KEY|BEGIN CERTIFICATE/.test(text))
    return invalid(
      'a PEM that is cut off, changed, or of an unknown kind',
      'Known are SPKI, PKCS#8, PKCS#1, SEC1, OpenSSH and X.509. A variable must hold all lines, `-----BEGIN` and `-----END` too.',
    )
  if (text.trim() === '') return invalid('it is empty', 'Is its variable set?')
  if (/^\s*LS0tLS1CRUdJTi/.test(text)) return invalid('base64 of a PEM', 'Decode it: `atob(text)` gives the PEM.')
  return invalid('not a PEM of a known kind', 'A secret comes through importSecret')
}

/** RFC 1421 §4.6: the encryption of OpenSSL before PKCS#8, with MD5. */
function encryptedBefore(): JoseError {
  return invalid(
    'a PEM with headers, as in the legacy encryption of OpenSSL',
    'Convert it with: openssl pkcs8 -topk8 -in old.pem -out new.pem',
  )
}

function invalid(reason: string, hint?: string, cause?: unknown): JoseError {
  return new JoseError('invalid_key', 'The key is invalid', { reason, hint, cause })
}
