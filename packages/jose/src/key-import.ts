/** Makes a {@link Key} of whatever a key comes as. */

import { decodeBase64, encodeBase64url } from '@authlib/core'
import { findJwsRow } from './algorithms.ts'
import { Key } from './key.ts'
import { jwkFromDer } from './key-der.ts'
import { invalidKey, type Jwk, parseJwk } from './jwk.ts'

export interface ImportKeyOptions {
  /** The one algorithm the key is for, where the material does not say. */
  readonly alg?: string
  readonly kid?: string
  readonly use?: 'sig' | 'enc'
  /** Accepts HMAC keys shorter than their hash and RSA keys under 2,048 bits, for legacy peers. Default false. */
  readonly allowWeak?: boolean
}

/**
 * A JWK, a PEM text, DER bytes, a `CryptoKey`, a Node.js `KeyObject`, or, when `alg` is an HMAC algorithm, the bytes of
 * a secret. Text is never taken for a secret (RFC 8725 §2.1): see `importSecret`.
 */
export type KeyMaterial = Jwk | string | Uint8Array | CryptoKey | KeyObjectLike

/** What a Node.js `KeyObject` looks like. */
export interface KeyObjectLike {
  readonly type: string
  export(options?: { format: 'der'; type: 'pkcs8' | 'spki' }): unknown
}

/** Throws `invalid_key` when the material is malformed, weak or contradicts the options. */
export async function importKey(material: KeyMaterial, options: ImportKeyOptions = {}): Promise<Key> {
  if (typeof material === 'string') return fromJwk(await jwkFromPem(material), options)
  if (material instanceof Uint8Array) {
    const secret = options.alg !== undefined && findJwsRow(options.alg)?.kty === 'oct'
    return secret ? importSecret(material, options) : fromJwk(await jwkFromDer(material), options)
  }
  if (typeof CryptoKey === 'function' && material instanceof CryptoKey) return fromCryptoKey(material, options)
  if (isKeyObject(material)) return fromKeyObject(material, options)
  return fromJwk(material as Jwk, options) // what remains is checked by parseJwk
}

/** A symmetric key from the bytes, or the UTF-8 text, of a secret. Refuses what is a key of another kind in disguise. */
export async function importSecret(secret: Uint8Array | string, options: ImportKeyOptions = {}): Promise<Key> {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret
  if (await looksLikeKey(bytes)) throw invalidKey('a key of another kind is no secret') // RFC 8725 §2.1
  return fromJwk({ kty: 'oct', k: encodeBase64url(bytes) }, options)
}

function fromJwk(jwk: Jwk, { alg, kid, use, allowWeak = false }: ImportKeyOptions): Key {
  const parsed = parseJwk(jwk, { allowWeak })
  if (alg !== undefined && parsed.alg !== undefined && parsed.alg !== alg) throw invalidKey('two different alg')
  if (use !== undefined && parsed.use !== undefined && parsed.use !== use) throw invalidKey('two different use')
  const named = {
    ...(alg !== undefined && { alg }),
    ...(kid !== undefined && { kid }),
    ...(use !== undefined && { use }),
  }
  return new Key({ ...parsed, ...named }, { allowWeak })
}

async function fromCryptoKey(key: CryptoKey, options: ImportKeyOptions): Promise<Key> {
  if (!key.extractable) throw invalidKey('a CryptoKey must be extractable here')
  const { key_ops: _, ext: __, alg, ...jwk } = (await crypto.subtle.exportKey('jwk', key)) as unknown as Jwk // a JWK always has kty
  return fromJwk({ ...jwk, ...(alg !== undefined && findJwsRow(alg) && { alg }) }, options)
}

async function fromKeyObject(key: KeyObjectLike, options: ImportKeyOptions): Promise<Key> {
  if (key.type === 'secret') return importSecret(key.export() as Uint8Array, options) // a secret key exports its bytes
  const type = key.type === 'private' ? 'pkcs8' : 'spki'
  return fromJwk(await jwkFromDer(key.export({ format: 'der', type }) as Uint8Array), options) // format der gives bytes
}

function isKeyObject(material: object): material is KeyObjectLike {
  return 'type' in material && 'export' in material && typeof material.export === 'function'
}

const labels = ['PUBLIC KEY', 'PRIVATE KEY', 'RSA PUBLIC KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'CERTIFICATE']

/** One PEM block, RFC 7468, with nothing but white space around it; of a certificate chain the first. */
async function jwkFromPem(text: string): Promise<Jwk> {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const begin = lines.findIndex((line) => line.startsWith('-----BEGIN '))
  const label = lines[begin]?.slice('-----BEGIN '.length, -'-----'.length) ?? ''
  const end = lines.indexOf(`-----END ${label}-----`)
  if (begin < 0 || end < begin || !labels.includes(label)) throw invalidKey('not a PEM of a known kind')
  return jwkFromDer(decodeBody(lines.slice(begin + 1, end).join('')))
}

function decodeBody(body: string): Uint8Array {
  try {
    return decodeBase64(body)
  } catch (cause) {
    throw invalidKey('the body of the PEM is not base64', cause)
  }
}

async function looksLikeKey(bytes: Uint8Array): Promise<boolean> {
  const text = new TextDecoder('latin1').decode(bytes)
  if (text.includes('-----BEGIN') || /^\s*(ssh-|ecdsa-)/.test(text) || /"(kty|keys)"/.test(text)) return true
  if (bytes[0] !== 0x30) return false
  return jwkFromDer(bytes).then(
    () => true,
    () => false,
  )
}
