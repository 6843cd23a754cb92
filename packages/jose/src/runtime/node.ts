/** Cryptography by node:crypto: Node.js, Bun and Deno. Bare KeyObjects, ECDSA as DER; both are much the fastest there. */

import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { Awaitable } from '@authlib/core'
import type { JwsRow } from '../algorithms.ts'
import { invalidKey, type Jwk } from '../jwk.ts'
import { derToRaw, rawToDer } from './der-signature.ts'
import { onLoopOrPool } from './schedule.ts'
import { importKeyObject, unsupported } from './node-key.ts'
import { prepareHmac, prepareHmacVerifier } from './node-hmac.ts'
import type { NewKey, Signer, SigningInput, Verifier } from './types.ts'

export { agree } from './node-agreement.ts'
export { decryptPkcs1 } from './node-pkcs1.ts'
export { decodeText, encodeText } from './node-text.ts'

/** At once; elsewhere it takes a promise, so callers wait. */
export function prepareSigner(row: JwsRow, material: Jwk): Awaitable<Signer> {
  if (row.family === 'hmac') return prepareHmac(row, secretOf(material))
  const key = importKeyObject(material, createPrivateKey)
  const digest = digestName(row)
  const options = row.family === 'pss' ? { key, ...pss } : key
  const length = row.signatureLength
  const encode = row.family === 'ecdsa' ? (der: Buffer) => toBase64url(derToRaw(der, length)) : toBase64url
  const run = onLoopOrPool<Buffer>(
    (input) => sign(digest, bytes(input), options),
    (input, done) => sign(digest, bytes(input), options, done),
  )
  return (input) => {
    const signature = run(input)
    return signature instanceof Promise ? signature.then(encode) : encode(signature)
  }
}

/** At once; elsewhere it takes a promise, so callers wait. */
export function prepareVerifier(row: JwsRow, material: Jwk): Awaitable<Verifier> {
  if (row.family === 'hmac') return prepareHmacVerifier(row, secretOf(material))
  const key = importKeyObject(material, createPublicKey)
  const length = row.signatureLength === 0 ? modulusLength(key) : row.signatureLength
  const digest = digestName(row)
  const options = row.family === 'pss' ? { key, ...pss } : key
  const convert = row.family === 'ecdsa' ? rawToDer : (raw: Buffer): Uint8Array => raw
  const run = onLoopOrPool<boolean, Uint8Array>(
    (input, signature) => verify(digest, bytes(input), options, signature),
    (input, done, signature) => verify(digest, bytes(input), options, signature, done),
  )
  return (input, encoded) => {
    const signature = Buffer.from(encoded, 'base64url')
    if (signature.length !== length || signature.toString('base64url') !== encoded) return false
    return run(input, convert(signature))
  }
}

/** A new private or secret key as JWK. */
export async function generateMaterial({ kty, crv = '', alg = '', length }: NewKey): Promise<Jwk> {
  if (kty === 'oct') return { kty, k: randomBytes(length).toString('base64url') }
  const made = new Promise<KeyObject>((resolve, reject) => {
    const done = (error: Error | null, _: KeyObject, pair: KeyObject): void => (error ? reject(error) : resolve(pair))
    if (kty === 'RSA') generateKeyPair('rsa', { modulusLength: length }, done)
    else if (kty === 'EC') generateKeyPair('ec', { namedCurve: crv }, done)
    else generateKeyPair((kty === 'AKP' ? alg : crv).toLowerCase() as 'ed25519', undefined, done) // the others go the same way
  })
  try {
    return (await made).export({ format: 'jwk' }) as Jwk // a JWK always has kty
  } catch (cause) {
    throw unsupported(cause) // as Bun lacks Ed448
  }
}

/** The JWK of a PKCS#8 that may lack the public half. */
export function completeKey(pkcs8: Uint8Array, { kty }: Pick<Jwk, 'kty' | 'crv' | 'alg'>): Awaitable<Jwk> {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    return key.export({ format: 'jwk' }) as Jwk // a JWK always has kty
  } catch (cause) {
    if (kty === 'AKP') throw unsupported(cause) // any seed is a key
    throw invalidKey('refused by the cryptographic library', cause)
  }
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } // RFC 7518 §3.5

function secretOf({ k = '' }: Jwk): Uint8Array {
  return Buffer.from(k, 'base64url')
}

function modulusLength(key: KeyObject): number {
  return Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
}

function digestName(row: JwsRow): string | null {
  return row.family === 'eddsa' || row.family === 'mldsa' ? null : row.hash.toLowerCase().replace('-', '')
}

function toBase64url(signature: Uint8Array): string {
  return Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength).toString('base64url')
}

function bytes(input: SigningInput): Uint8Array {
  return typeof input === 'string' ? Buffer.from(input, 'latin1') : input
}
