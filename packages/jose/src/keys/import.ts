/** Makes a {@link Key} of whatever a key comes as. */

import { encodeBase64url, encodeUtf8, parseJson } from '@authlib/core/kit'
import { findJwsRow } from '../algorithms.ts'
import { jwkFromCryptoKey, keyFromPair } from './crypto-key.ts'
import { JoseError } from '../errors.ts'
import { Key } from './key.ts'
import { jwkFromDer } from '../formats/der-import.ts'
import { looksLikeKey } from '../formats/disguise.ts'
import { decodeMember, invalidKey, type Jwk } from './jwk.ts'
import { readPem } from '../formats/pem.ts'
import { isSshKey, jwkFromSsh } from '../formats/ssh-key.ts'
import { jwkFromSshPrivate } from '../formats/ssh-private-key.ts'
import { isObject } from '../shared/is-object.ts'
import { encryptionRow, managementRow } from '../jwe/implementation.ts'
import { importJwkWith, type ImportKeyOptions } from './jwk-import.ts'
import { withFactors } from './rsa-factors.ts'

/**
 * A JWK, or its JSON; a string in PEM or of OpenSSH; bytes in DER, or of a file with any of these; a `CryptoKey`, a pair of them, whose private half
 * need not be extractable, or a Node.js `KeyObject`; or, when `alg` is an HMAC
 * algorithm, the bytes of a secret. PEM and DER hold SPKI, PKCS#8 (encrypted too), PKCS#1, SEC1 or a certificate. A string
 * is never taken for a secret (RFC 8725 §2.1): see `importSecret`.
 */
export type KeyMaterial = Jwk | string | Uint8Array | CryptoKey | CryptoKeyPair | KeyObjectLike

/** What a Node.js `KeyObject` looks like. */
export interface KeyObjectLike {
  readonly type: string
  export(options?: { format: 'der'; type: 'pkcs8' | 'spki' }): unknown
}

/**
 * Throws `invalid_key` when the material is malformed, weak or contradicts the options; a `TypeError` when `alg` names
 * no algorithm.
 *
 * @example
 * const key = await importKey(readFileSync('private.pem'), { alg: 'RS256' })
 */
export async function importKey(material: KeyMaterial, options: ImportKeyOptions = {}): Promise<Key> {
  checkName(options)
  if (typeof material === 'string') return importUndisguised(await jwkFromText(material, options), options)
  if (material instanceof Uint8Array) {
    const secret = options.alg !== undefined && findJwsRow(options.alg)?.kty === 'oct'
    return secret ? importSecret(material, options) : importUndisguised(await jwkFromBytes(material, options), options)
  }
  if (!isObject(material) || material instanceof Key) throw new TypeError('Key material is required') // what callers without types may pass
  if (typeof CryptoKey === 'function' && material instanceof CryptoKey)
    return importUndisguised(await jwkFromCryptoKey(material), options)
  if (isKeyPair(material)) return keyFromPair(material, options)
  if (isKeyObject(material)) return fromKeyObject(material, options)
  return importUndisguised(material, options) // what remains is checked by parseJwk
}

/**
 * A symmetric key from the bytes, or the UTF-8 text, of a secret. What is empty, or a key of another kind in disguise, is
 * `invalid_key`; what is neither bytes nor text, or an `alg` of no algorithm, a `TypeError`.
 *
 * @example
 * const key = await importSecret(process.env['TOKEN_SECRET'], { alg: 'HS256' })
 */
export async function importSecret(secret: Uint8Array | string, options: ImportKeyOptions = {}): Promise<Key> {
  checkName(options)
  const bytes = typeof secret === 'string' ? encodeUtf8(secret) : secret
  if (!(bytes instanceof Uint8Array)) throw new TypeError('A secret must be bytes or a string') // such as a variable that is not set
  return importUndisguised({ kty: 'oct', k: encodeBase64url(bytes) }, options)
}

/** Rejects secrets that are really another kind of key, in every encoding. RFC 8725 §2.1 */
async function importUndisguised(jwk: Jwk, options: ImportKeyOptions): Promise<Key> {
  const key = importJwkWith(jwk, options, withFactors)
  if (key.kty === 'oct' && (await looksLikeKey(decodeMember(jwk.k ?? '', 'k'))))
    throw invalidKey('a key of another kind is no secret')
  return key
}

/** A slip in a name would make a key that is for nothing. */
function checkName({ alg, implementations = [] }: ImportKeyOptions): void {
  const others = implementations.filter((item) => item.kind !== 'signature')
  const isKnown =
    alg === undefined ||
    findJwsRow(alg) !== null ||
    implementations.some((item) => item.kind === 'signature' && item.row.alg === alg) ||
    managementRow(alg, others) !== null ||
    encryptionRow(alg, others) !== null
  if (!isKnown) throw new TypeError('alg names no algorithm: correct it, or pass the one it is in implementations')
}

async function fromKeyObject(key: KeyObjectLike, options: ImportKeyOptions): Promise<Key> {
  if (key.type === 'secret') return importSecret(key.export() as Uint8Array, options) // a secret key exports its bytes
  const type = key.type === 'private' ? 'pkcs8' : 'spki'
  return importJwkWith(await jwkFromDer(key.export({ format: 'der', type }) as Uint8Array), options, withFactors) // format der gives bytes
}

/** A JWK of a stranger may have members of these names too. */
function isKeyPair(material: object): material is CryptoKeyPair {
  const { privateKey, publicKey } = material as Partial<CryptoKeyPair> // whatever they are
  return typeof CryptoKey === 'function' && privateKey instanceof CryptoKey && publicKey instanceof CryptoKey
}

function isKeyObject(material: object): material is KeyObjectLike {
  return 'type' in material && 'export' in material && typeof material.export === 'function'
}

async function jwkFromText(text: string, { password }: ImportKeyOptions): Promise<Jwk> {
  if (/^\s*\{/.test(text)) return jwkFromJson(text)
  if (isSshKey(text)) return jwkFromSsh(text)
  const { label, der } = readPem(text)
  return label === 'OPENSSH PRIVATE KEY' ? jwkFromSshPrivate(der) : jwkFromDer(der, password)
}

/** DER, or a file as it was read: every DER starts with 0x30, no text of a key does. */
function jwkFromBytes(bytes: Uint8Array, options: ImportKeyOptions): Promise<Jwk> {
  if (bytes[0] === 0x30) return jwkFromDer(bytes, options.password)
  return jwkFromText(new TextDecoder().decode(bytes), options)
}

function jwkFromJson(text: string): Jwk {
  let json: unknown
  try {
    json = parseJson(text)
  } catch (cause) {
    throw invalidKey('not JSON', cause)
  }
  if (isObject(json) && json['kty'] === undefined && 'private_key' in json) throw serviceAccount()
  return json as Jwk // which parseJwk checks
}

function serviceAccount(): JoseError {
  return new JoseError('invalid_key', 'The key is invalid', {
    reason: 'a file of a service account',
    hint: 'Pass its `private_key`',
  })
}
