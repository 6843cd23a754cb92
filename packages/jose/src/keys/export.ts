/** Keys in the formats of other tools. JWK is `key.publicJwk()` and `key.privateJwk()`. */

import type { Random } from '@authlib/core'
import { writePkcs8, writeRsaPrivate, writeRsaPublic, writeSec1, writeSpki } from '../formats/der-export.ts'
import { encryptPkcs8 } from '../formats/encrypted-key.ts'
import { invalidKey, type Jwk } from './jwk.ts'
import type { Key } from './key.ts'
import { withFactors } from './rsa-factors.ts'
import { writePem } from '../formats/pem.ts'
import { writeSsh } from '../formats/ssh-key.ts'

export interface ExportPublicOptions {
  /** `pkcs1` is for RSA only. Default `spki`. */
  readonly format?: 'spki' | 'pkcs1' | undefined
}

export interface ExportPrivateOptions {
  /** `pkcs1` is for RSA, `sec1` for EC only. Default `pkcs8`. */
  readonly format?: 'pkcs8' | 'pkcs1' | 'sec1' | undefined
  /** Encrypts a PKCS#8 with PBES2: PBKDF2-HMAC-SHA-256 and AES-256-CBC. Default: it is not encrypted. */
  readonly password?: string | undefined
  /** Of PBKDF2, at most 2,000,000. Default 600,000. */
  readonly iterations?: number | undefined
  /** Default: that of the runtime. */
  readonly random?: Random | undefined
}

/** The public half in PEM. Throws as `exportPublicDer`. */
export function exportPublicPem(key: Key, { format = 'spki' }: ExportPublicOptions = {}): string {
  return writePem(format === 'spki' ? 'PUBLIC KEY' : 'RSA PUBLIC KEY', exportPublicDer(key, { format }))
}

/** The public half in DER. Throws `invalid_key` when the key has none, or not in this format. */
export function exportPublicDer(key: Key, { format = 'spki' }: ExportPublicOptions = {}): Uint8Array {
  const jwk = key.publicJwk()
  checkFormat(format, ['spki', 'pkcs1'])
  if (format === 'spki') return writeSpki(jwk)
  requireType(jwk, 'RSA')
  return writeRsaPublic(jwk)
}

/** The public half in one line, as OpenSSH writes it. Throws `invalid_key` when OpenSSH has no such keys. */
export function exportPublicSsh(key: Key): string {
  return writeSsh(key.publicJwk())
}

/** The private key in PEM. Rejects as `exportPrivateDer`. */
export async function exportPrivatePem(key: Key, options: ExportPrivateOptions = {}): Promise<string> {
  const { format = 'pkcs8', password } = options
  const der = await exportPrivateDer(key, options)
  if (format === 'pkcs1') return writePem('RSA PRIVATE KEY', der)
  if (format === 'sec1') return writePem('EC PRIVATE KEY', der)
  return writePem(password === undefined ? 'PRIVATE KEY' : 'ENCRYPTED PRIVATE KEY', der)
}

/**
 * The private key in DER. Rejects with `invalid_key` when there is none, or not in this format; a password that is empty, or
 * for another format than PKCS#8, is a `TypeError`.
 */
export async function exportPrivateDer(
  key: Key,
  { format = 'pkcs8', password, ...encryption }: ExportPrivateOptions = {},
): Promise<Uint8Array> {
  const jwk = withFactors(key.privateJwk())
  checkFormat(format, ['pkcs8', 'pkcs1', 'sec1'])
  if (jwk.kty === 'oct') throw invalidKey('a symmetric key is exported as JWK only')
  if (format !== 'pkcs8' && password !== undefined) throw new TypeError('Only a PKCS#8 is encrypted')
  if (format === 'pkcs1') requireType(jwk, 'RSA')
  if (format === 'sec1') requireType(jwk, 'EC')
  const inner = jwk.kty === 'RSA' ? writeRsaPrivate(jwk) : writeSec1(jwk, { named: format === 'sec1' })
  if (format !== 'pkcs8') return inner
  const pkcs8 = writePkcs8(jwk, inner)
  return password === undefined ? pkcs8 : encryptPkcs8(pkcs8, password, encryption)
}

function checkFormat(format: string, formats: readonly string[]): void {
  if (!formats.includes(format)) throw new TypeError(`format is one of ${formats.join(', ')}`)
}

function requireType({ kty }: Jwk, wanted: string): void {
  if (kty !== wanted) throw invalidKey('the format is for another type of key')
}
