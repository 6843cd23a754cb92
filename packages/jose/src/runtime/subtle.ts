/** Cryptography by WebCrypto, for every runtime that has it. */

import { decodeBase64urlOrNull, encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import type { JwsRow } from '../algorithms.ts'
import { JoseError } from '../errors.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { bytesIn } from '../shared/base64url-length.ts'
import type { NewKey, Signer, SigningInput, Verifier } from './types.ts'

export function subtleSigner(row: JwsRow, key: CryptoKey): Signer {
  const use = parameters(row)
  return async (input) => encodeBase64url(new Uint8Array(await crypto.subtle.sign(use, key, bytes(input))))
}

export async function subtleVerifier(row: JwsRow, material: Jwk): Promise<Verifier> {
  const use = parameters(row)
  const key = await subtleImport(row, material, 'verify')
  const length = row.signatureLength || bytesIn(material.n)
  return (input, encoded) => {
    const signature = decodeBase64urlOrNull(encoded)
    return signature?.length === length && crypto.subtle.verify(use, key, bytes(signature), bytes(input))
  }
}

/** Imports checked material. */
export async function subtleImport(row: JwsRow, material: Jwk, operation: 'sign' | 'verify'): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('jwk', material as unknown as JsonWebKey, parameters(row), false, [operation]) // parseJwk has checked the members
  } catch (cause) {
    throw refused(cause)
  }
}

/** Why WebCrypto does not take a key. */
export function refused(cause: unknown): JoseError {
  const isMissing = cause instanceof Error && cause.name === 'NotSupportedError'
  return isMissing ? unsupported(cause) : invalidKey('refused by the runtime', cause)
}

export async function subtleGenerate({ kty, crv = '', alg = '', length }: NewKey): Promise<Jwk> {
  if (kty === 'oct') return { kty, k: encodeBase64url(crypto.getRandomValues(new Uint8Array(length))) }
  const rsa = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: length,
    publicExponent: new Uint8Array([1, 0, 1]),
  }
  const names = { RSA: '', EC: 'ECDSA', OKP: crv, AKP: alg }
  const algorithm = kty === 'RSA' ? rsa : { name: names[kty], namedCurve: crv }
  try {
    const pair = await crypto.subtle.generateKey(
      algorithm,
      true,
      crv.startsWith('X') ? ['deriveBits'] : ['sign', 'verify'],
    ) // no secret key here
    return await subtleExport(pair.privateKey)
  } catch (cause) {
    throw unsupported(cause)
  }
}

/** The material of an extractable key. What WebCrypto says about its use, it says in its own words: dropped. */
export async function subtleExport(key: CryptoKey): Promise<Jwk> {
  const { key_ops: _, ext: __, alg, ...jwk } = await crypto.subtle.exportKey('jwk', key)
  return { ...jwk, ...(jwk.kty === 'AKP' && { alg }) } as Jwk // a JWK always has kty; alg is part of an AKP
}

/** The JWK of a PKCS#8 on a curve that may lack the public half. */
export async function completeKey(
  pkcs8: Uint8Array,
  { kty, crv = '', alg = '' }: Pick<Jwk, 'kty' | 'crv' | 'alg'>,
): Promise<Jwk> {
  const agreement = crv.startsWith('X')
  const name = kty === 'EC' ? 'ECDSA' : kty === 'AKP' ? alg : crv
  try {
    const make = { name, namedCurve: crv }
    const key = await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), make, true, [
      agreement ? 'deriveBits' : 'sign',
    ])
    return (await crypto.subtle.exportKey('jwk', key)) as unknown as Jwk // a JWK always has kty
  } catch (cause) {
    throw refused(cause)
  }
}

/** What WebCrypto must know to make a key of a row and to use it: of each kind it reads its own members, and no others. */
function parameters({ family, alg, crv, hash }: JwsRow) {
  const name = family === 'EdDSA' ? crv! : family === 'ML-DSA' ? alg : family // its rows have a curve
  return { name, hash, namedCurve: crv, saltLength: Number(hash.slice(4)) / 8 } // RFC 7518 §3.5
}

/** The runtime does not have it. */
export function unsupported(cause: unknown): JoseError {
  return new JoseError('unsupported_algorithm', 'The runtime lacks the algorithm', { cause })
}

/** What WebCrypto takes. The cast is sound: no one hands us shared memory, and WebCrypto would refuse it. */
function bytes(input: SigningInput): Uint8Array<ArrayBuffer> {
  return (typeof input === 'string' ? encodeUtf8(input) : input) as Uint8Array<ArrayBuffer>
}
