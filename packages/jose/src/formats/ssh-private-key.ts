/** Private keys as `ssh-keygen` writes them, without a passphrase: the file format `openssh-key-v1` of OpenSSH (PROTOCOL.key). */

import { encodeBase64url } from '@authlib/core/kit'
import { curves } from '../algorithms.ts'
import { JoseError } from '../errors.ts'
import { bigIntToBytes, bytesToBigInt } from '../keys/big-integer.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { leftPad, readPoint } from './ec-point.ts'
import { ecdsaCurves } from './ssh-key.ts'

const MAGIC = 'openssh-key-v1\0'

/** Throws `invalid_key`. */
export function jwkFromSshPrivate(bytes: Uint8Array): Jwk {
  const file = reader(bytes)
  if (ascii(file.take(MAGIC.length)) !== MAGIC) throw invalidKey('not a private key of OpenSSH')
  const cipher = ascii(file.string())
  file.string() // how the passphrase becomes a key, and its options
  file.string()
  if (cipher !== 'none') throw encrypted()
  if (file.number() !== 1) throw invalidKey('not one key')
  file.string() // the public half, which is in the other part again
  const inner = reader(file.string())
  if (inner.number() !== inner.number()) throw invalidKey('damaged')
  return readJwk(ascii(inner.string()), inner)
}

function readJwk(type: string, fields: Reader): Jwk {
  if (type === 'ssh-rsa') return readRsa(fields)
  if (type === 'ssh-ed25519') {
    const [x, pair] = [fields.string(), fields.string()]
    if (x.length !== 32 || pair.length !== 64) throw invalidKey('a number has the wrong length')
    return { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(x), d: encodeBase64url(pair.subarray(0, 32)) }
  }
  const name = ascii(fields.string())
  if (type !== `ecdsa-sha2-${name}` || !Object.hasOwn(ecdsaCurves, name)) throw invalidKey('unknown type')
  const crv = ecdsaCurves[name as keyof typeof ecdsaCurves] // an own name of the table
  const point = readPoint(crv, fields.string())
  return { kty: 'EC', ...point, d: encodeBase64url(leftPad(fields.integer(), curves[crv].size)) }
}

function readRsa(fields: Reader): Jwk {
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => fields.integer()) as [Uint8Array, ...Uint8Array[]] // six
  const exponent = (prime: Uint8Array | undefined): Uint8Array =>
    bigIntToBytes(bytesToBigInt(d!) % (bytesToBigInt(prime!) - 1n))
  const members = { n, e, d, p, q, dp: exponent(p), dq: exponent(q), qi }
  const texts = Object.entries(members).map(([name, value]) => [name, encodeBase64url(value!)])
  return { kty: 'RSA', ...Object.fromEntries(texts) } as Jwk
}

interface Reader {
  take(length: number): Uint8Array
  number(): number
  /** A string with its length before it. RFC 4251 §5 */
  string(): Uint8Array
  /** A positive mpint without its sign byte. */
  integer(): Uint8Array
}

function reader(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw invalidKey('cut off')
    at += length
    return bytes.subarray(at - length, at)
  }
  const number = (): number => {
    take(4)
    return view.getUint32(at - 4)
  }
  const string = (): Uint8Array => take(number())
  return {
    take,
    number,
    string,
    integer() {
      const value = string()
      if ((value[0] ?? 0x80) > 0x7f || value.length < 2) throw invalidKey('not a positive integer')
      return value[0] === 0 ? value.subarray(1) : value
    },
  }
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 64))
}

function encrypted(): JoseError {
  return new JoseError('invalid_key', 'The key is invalid', {
    reason: 'an OpenSSH key under a passphrase',
    hint: 'Convert a copy of it with: ssh-keygen -p -m PKCS8 -f key; its password goes into `password`',
  })
}
