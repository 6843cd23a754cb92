/** Private keys under a password: EncryptedPrivateKeyInfo (RFC 5958 §3) with PBES2, PBKDF2 and AES-CBC (RFC 8018). */

import { type Random, systemRandom } from '@authlib/core'
import { encodeUtf8 } from '@authlib/core/kit'
import {
  contentOf,
  type DerValue,
  integerOf,
  INTEGER,
  NULL,
  OCTET_STRING,
  readDer,
  readInside,
  SEQUENCE,
  writeDer,
  writeInteger,
} from './der.ts'
import { invalidKey } from '../keys/jwk.ts'
import { aesCbcOfOid, lookUp, oidOf, oidOfEntry, PBES2, PBKDF2, prfOfOid, writeOid } from './oids.ts'

/** More iterations than this are refused: about a second of work. */
const MAX_ITERATIONS = 2_000_000
const ITERATIONS = 600_000

interface Parameters {
  readonly salt: Uint8Array
  readonly iterations: number
  readonly hash: string
  readonly keyLength: number
  readonly iv: Uint8Array
}

/** The PKCS#8 inside. Throws `invalid_key`, the same for a wrong password as for damaged bytes. */
export async function decryptPkcs8(der: Uint8Array, password: string): Promise<Uint8Array> {
  const [algorithm, data] = readInside(readDer(der))
  const parameters = readParameters(algorithm)
  const key = await deriveKey(password, parameters, 'decrypt')
  const encrypted = new Uint8Array(contentOf(data, OCTET_STRING))
  try {
    return new Uint8Array(await crypto.subtle.decrypt(cbc(parameters), key, encrypted))
  } catch {
    throw invalidKey('wrong password, or damaged')
  }
}

/** PBKDF2 with HMAC-SHA-256 and AES-256-CBC. */
export async function encryptPkcs8(
  pkcs8: Uint8Array,
  password: string,
  {
    iterations = ITERATIONS,
    random = systemRandom,
  }: { readonly iterations?: number | undefined; readonly random?: Random | undefined } = {},
): Promise<Uint8Array> {
  if (password === '') throw new TypeError('The password is empty')
  if (!(iterations >= 1 && iterations <= MAX_ITERATIONS))
    throw new TypeError(`iterations must be from 1 to ${MAX_ITERATIONS}`)
  const parameters: Parameters = { salt: random(16), iterations, hash: 'SHA-256', keyLength: 32, iv: random(16) }
  const key = await deriveKey(password, parameters, 'encrypt')
  const encrypted = new Uint8Array(await crypto.subtle.encrypt(cbc(parameters), key, new Uint8Array(pkcs8)))
  return writeDer(SEQUENCE, writeParameters(parameters), writeDer(OCTET_STRING, encrypted))
}

function readParameters(algorithm: DerValue | undefined): Parameters {
  const [scheme, parameters] = readInside(algorithm)
  if (oidOf(scheme) !== PBES2) throw invalidKey('another encryption than PBES2')
  const [derivation, encryption] = readInside(parameters)
  const [kdf, kdfParameters] = readInside(derivation)
  if (oidOf(kdf) !== PBKDF2) throw invalidKey('another derivation than PBKDF2')
  const [salt, count, ...optional] = readInside(kdfParameters)
  const prf = optional.find(({ tag }) => tag === SEQUENCE)
  const stated = optional.find(({ tag }) => tag === INTEGER)
  const [cipher, iv] = readInside(encryption)
  const keyLength = lookUp(aesCbcOfOid, oidOf(cipher))
  if (stated !== undefined && toNumber(stated) !== keyLength) throw invalidKey('the key length contradicts the cipher')
  const iterations = toNumber(count)
  if (iterations < 1 || iterations > MAX_ITERATIONS) throw invalidKey('too many iterations')
  return {
    salt: contentOf(salt, OCTET_STRING),
    iterations,
    hash: prf === undefined ? 'SHA-1' : lookUp(prfOfOid, oidOf(readInside(prf)[0])), // RFC 8018 A.2: the default
    keyLength,
    iv: contentOf(iv, OCTET_STRING),
  }
}

function writeParameters({ salt, iterations, hash, keyLength, iv }: Parameters): Uint8Array {
  const count = Uint8Array.of(iterations >>> 24, iterations >>> 16, iterations >>> 8, iterations)
  const prf = writeDer(SEQUENCE, writeOid(oidOfEntry(prfOfOid, hash)), writeDer(NULL))
  const minimal = count.subarray(
    Math.max(
      0,
      count.findIndex((byte) => byte !== 0),
    ),
  )
  const kdfParameters = writeDer(SEQUENCE, writeDer(OCTET_STRING, salt), writeInteger(minimal), prf)
  const derivation = writeDer(SEQUENCE, writeOid(PBKDF2), kdfParameters)
  const encryption = writeDer(SEQUENCE, writeOid(oidOfEntry(aesCbcOfOid, keyLength)), writeDer(OCTET_STRING, iv))
  return writeDer(SEQUENCE, writeOid(PBES2), writeDer(SEQUENCE, derivation, encryption))
}

async function deriveKey(
  password: string,
  { salt, iterations, hash, keyLength }: Parameters,
  use: KeyUsage,
): Promise<CryptoKey> {
  const secret = new Uint8Array(encodeUtf8(password))
  const base = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveKey'])
  const derivation = { name: 'PBKDF2', salt: new Uint8Array(salt), iterations, hash }
  return crypto.subtle.deriveKey(derivation, base, { name: 'AES-CBC', length: keyLength * 8 }, false, [use])
}

function cbc({ iv }: Parameters): { name: string; iv: Uint8Array<ArrayBuffer> } {
  return { name: 'AES-CBC', iv: new Uint8Array(iv) }
}

function toNumber(value: DerValue | undefined): number {
  const octets = integerOf(value)
  if (octets.length > 4) throw invalidKey('the number is too large')
  return octets.reduce((sum, byte) => sum * 256 + byte, 0)
}
