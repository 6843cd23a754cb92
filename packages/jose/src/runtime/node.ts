/** Cryptography by node:crypto: Node.js, Bun and Deno. Bare KeyObjects, ECDSA as DER; both are much the fastest there. */

import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { Awaitable } from '@authlib/core'
import type { JwsRow } from '../algorithms.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { rememberPrivateKey } from './node-agreement.ts'
import { derToRaw, rawToDer } from './der-signature.ts'
import { decodeInto } from './node-base64url.ts'
import { onLoopOrPool } from './schedule.ts'
import { assertKnown, importKeyObject, unsupported } from './node-key.ts'
import { prepareHmac, prepareHmacVerifier } from './node-hmac.ts'
import { bytesIn } from '../shared/base64url-length.ts'
import type { NewKey, Signer, SigningInput, Verifier } from './types.ts'

export { agree } from './node-agreement.ts'
export { openContent, sealContent } from './node-content.ts'
export { knownHeader, rememberHeader } from './node-headers.ts'
export { unwrapKey, wrapKey } from './node-key-wrap.ts'
export { prepareOaepDecryption, prepareOaepEncryption } from './node-oaep.ts'
export { decryptPkcs1 } from './node-pkcs1.ts'
export { decodeText, encodeText } from './node-text.ts'

/** Whether our own engine for encryption, on what is in this file, is faster than that of `jose`. */
export const encryptsFast: boolean = true

/** At once; elsewhere it takes a promise, so callers wait. */
export function prepareSigner(row: JwsRow, material: Jwk): Awaitable<Signer> {
  if (row.family === 'HMAC') return prepareHmac(row, secretOf(material))
  const key = importKeyObject(material, createPrivateKey)
  const digest = digestName(row)
  const options = row.family === 'RSA-PSS' ? { key, ...pss } : key
  const length = row.signatureLength
  const encode = row.family === 'ECDSA' ? (der: Buffer) => toBase64url(derToRaw(der, length)) : toBase64url
  const run = onLoopOrPool<SigningInput, Buffer>(
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
  if (row.family === 'HMAC') return prepareHmacVerifier(row, secretOf(material))
  const key = importKeyObject(material, createPublicKey)
  const length = row.signatureLength || bytesIn(material.n)
  const digest = digestName(row)
  const options = row.family === 'RSA-PSS' ? { key, ...pss } : key
  const convert = row.family === 'ECDSA' ? rawToDer : (raw: Uint8Array): Uint8Array => raw
  const encodedLength = Math.ceil((length * 4) / 3)
  const shared = Buffer.allocUnsafeSlow(length) // what is malformed never comes to the schedule
  const run = onLoopOrPool<SigningInput, boolean, Uint8Array>(
    (input, signature) => verify(digest, sharedBytes(input), options, convert(signature)),
    (input, done, signature) => verify(digest, bytes(input), options, convert(signature), done),
    (signature) => new Uint8Array(signature),
  )
  return (input, encoded) =>
    encoded.length === encodedLength && decodeInto(encoded, shared) === length && run(input, shared)
}

/** A new private or secret key as JWK. Those of RSA take so long that they are made in the thread pool. */
export async function generateMaterial(wanted: NewKey): Promise<Jwk> {
  assertKnown(wanted)
  if (wanted.kty === 'oct') return { kty: 'oct', k: randomBytes(wanted.length).toString('base64url') }
  try {
    const key = wanted.kty === 'RSA' ? await generateRsa(wanted.length) : generateCurve(wanted)
    const material = key.export({ format: 'jwk' }) as Jwk // a JWK always has kty
    rememberPrivateKey(material, key)
    return material
  } catch (cause) {
    throw unsupported(cause) // as Bun lacks Ed448
  }
}

function generateRsa(modulusLength: number): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength }, (error, _, key) => (error ? reject(error) : resolve(key)))
  })
}

function generateCurve({ kty, crv = '', alg = '' }: NewKey): KeyObject {
  if (kty === 'EC') return generateKeyPairSync('ec', { namedCurve: crv }).privateKey
  const type = (kty === 'AKP' ? alg : crv).toLowerCase() as 'ed25519' // the others go the same way
  return generateKeyPairSync(type).privateKey
}

/** The JWK of a PKCS#8 that may lack the public half. */
export function completeKey(pkcs8: Uint8Array, { kty }: Pick<Jwk, 'kty' | 'crv' | 'alg'>): Awaitable<Jwk> {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    return key.export({ format: 'jwk' }) as Jwk // a JWK always has kty
  } catch (cause) {
    if (kty === 'AKP') throw unsupported(cause) // any seed is a key
    throw invalidKey('refused by the runtime', cause)
  }
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } // RFC 7518 §3.5

function secretOf({ k = '' }: Jwk): Uint8Array {
  return Buffer.from(k, 'base64url')
}

function digestName(row: JwsRow): string | null {
  return row.family === 'EdDSA' || row.family === 'ML-DSA' ? null : row.hash.toLowerCase().replace('-', '')
}

function toBase64url(signature: Uint8Array): string {
  return Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength).toString('base64url')
}

const scratch = Buffer.allocUnsafeSlow(49_152) // the UTF-8 of 16,384 characters, whatever they are

/** Good until the next call. */
function sharedBytes(input: SigningInput): Uint8Array {
  if (typeof input !== 'string' || input.length * 3 > scratch.length) return bytes(input)
  return scratch.subarray(0, scratch.write(input, 'utf8'))
}

function bytes(input: SigningInput): Uint8Array {
  return typeof input === 'string' ? Buffer.from(input, 'utf8') : input
}
