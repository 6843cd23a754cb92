/** Keys from DER: SPKI and X.509 (RFC 5280), PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC1 (RFC 5915), ML-DSA (RFC 9881). */

import { encodeBase64url } from '@authlib/core/kit'
import * as runtime from '#runtime'
import { type Curve, curves } from '../algorithms.ts'
import {
  bitsOf,
  contentOf,
  context,
  type DerValue,
  integerOf,
  OCTET_STRING,
  readDer,
  readInside,
  SEQUENCE,
} from './der.ts'
import { readPoint } from './ec-point.ts'
import { SEED, writePkcs8, writeSec1 } from './der-export.ts'
import { decryptPkcs8 } from './encrypted-key.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { akpOfOid, curveOf, EC_PUBLIC_KEY, hashOfOid, lookUp, oidOf, RSA_ENCRYPTION, RSASSA_PSS } from './oids.ts'

/**
 * Reads whichever of the structures the bytes are, told apart by the types of their members. The password is for an
 * encrypted PKCS#8. Throws `invalid_key`.
 */
export async function jwkFromDer(der: Uint8Array, password?: string): Promise<Jwk> {
  const outer = readDer(der)
  const tags = readInside(outer).map(({ tag }) => tag)
  if (tags[0] === SEQUENCE && tags[1] === SEQUENCE) return certificateToJwk(outer)
  if (tags[0] === SEQUENCE && tags[1] === OCTET_STRING) {
    if (password === undefined) throw invalidKey('encrypted, and no password')
    return jwkFromDer(await decryptPkcs8(der, password))
  }
  if (tags[0] === SEQUENCE) return spkiToJwk(outer)
  if (tags[1] === SEQUENCE) return pkcs8ToJwk(outer)
  if (tags[1] === OCTET_STRING) return sec1ToJwk(outer)
  return tags.length === 2 ? rsaPublicToJwk(outer) : rsaPrivateToJwk(outer)
}

function spkiToJwk(spki: DerValue | undefined): Jwk {
  const [algorithm, key] = readInside(spki)
  const { oid, parameter } = readAlgorithm(algorithm)
  if (oid === RSA_ENCRYPTION) return rsaPublicToJwk(readDer(bitsOf(key)))
  if (oid === RSASSA_PSS) return { ...rsaPublicToJwk(readDer(bitsOf(key))), alg: pssAlgorithm(parameter) }
  if (oid === EC_PUBLIC_KEY) return { kty: 'EC', ...readPoint(curveOf(oidOf(parameter)), bitsOf(key)) }
  if (Object.hasOwn(akpOfOid, oid)) return { kty: 'AKP', alg: lookUp(akpOfOid, oid), pub: encodeBase64url(bitsOf(key)) }
  return { kty: 'OKP', crv: curveOf(oid), x: encodeBase64url(bitsOf(key)) }
}

/** The public key of a certificate. The certificate itself is not judged. RFC 5280 §4.1 */
function certificateToJwk(certificate: DerValue): Jwk {
  const fields = readInside(readInside(certificate)[0])
  const versioned = fields[0]?.tag === context(0) ? 1 : 0
  return spkiToJwk(fields[versioned + 5]) // after serialNumber, signature, issuer, validity, subject
}

async function pkcs8ToJwk(pkcs8: DerValue): Promise<Jwk> {
  const [version, algorithm, key] = readInside(pkcs8)
  if ((integerOf(version)[0] ?? 0) > 1) throw invalidKey('unknown version of PKCS#8')
  const { oid, parameter } = readAlgorithm(algorithm)
  const inner = readDer(contentOf(key, OCTET_STRING))
  if (oid === RSA_ENCRYPTION) return rsaPrivateToJwk(inner)
  if (oid === RSASSA_PSS) return { ...rsaPrivateToJwk(inner), alg: pssAlgorithm(parameter) }
  if (oid === EC_PUBLIC_KEY) return sec1ToJwk(inner, curveOf(oidOf(parameter)))
  if (Object.hasOwn(akpOfOid, oid)) return completeAkp(lookUp(akpOfOid, oid), seedOf(inner))
  const crv = curveOf(oid)
  const seed = contentOf(inner, OCTET_STRING) // RFC 8410 §7: an OCTET STRING inside an OCTET STRING
  return complete({ kty: 'OKP', crv, d: privateText(crv, seed) })
}

async function sec1ToJwk(sec1: DerValue, outerCurve?: Curve): Promise<Jwk> {
  const [version, key, ...rest] = readInside(sec1)
  if (integerOf(version)[0] !== 1) throw invalidKey('unknown version of SEC1')
  const named = rest.find(({ tag }) => tag === context(0))
  const innerCurve = named && curveOf(oidOf(readInside(named, context(0))[0]))
  const crv = outerCurve ?? innerCurve
  if (crv === undefined) throw invalidKey('the curve is not named')
  if (innerCurve !== undefined && innerCurve !== crv) throw invalidKey('two different curves')
  const d = privateText(crv, contentOf(key, OCTET_STRING))
  const point = rest.find(({ tag }) => tag === context(1))
  if (point === undefined) return complete({ kty: 'EC', crv, d })
  return { kty: 'EC', ...readPoint(crv, bitsOf(readInside(point, context(1))[0])), d }
}

function rsaPublicToJwk(sequence: DerValue): Jwk {
  const [n, e, ...rest] = readInside(sequence)
  if (rest.length > 0) throw invalidKey('not an RSA public key')
  return { kty: 'RSA', n: integerText(n), e: integerText(e) }
}

function rsaPrivateToJwk(sequence: DerValue): Jwk {
  const [version, ...values] = readInside(sequence)
  if (integerOf(version)[0] !== 0 || values.length !== 8) throw invalidKey('not an RSA private key of two primes')
  const [n, e, d, p, q, dp, dq, qi] = values.map(integerText)
  return { kty: 'RSA', n, e, d, p, q, dp, dq, qi } as Jwk // eight values, counted above
}

/** What the private half alone does not say is worked out by the runtime, from a PKCS#8 of our own writing. */
async function complete(jwk: { readonly kty: 'EC' | 'OKP'; readonly crv: Curve; readonly d: string }): Promise<Jwk> {
  const { kty, crv, d } = jwk
  const { x, y } = await runtime.completeKey(writePkcs8(jwk, writeSec1(jwk)), jwk)
  if (x === undefined) throw invalidKey('the public half cannot be worked out')
  return { kty, crv, x, ...(y !== undefined && { y }), d }
}

/** RFC 9881 §6: the seed alone, or before the key that it expands to. Without a seed there is no JWK (RFC 9964 §4). */
function seedOf(inner: DerValue): Uint8Array {
  if (inner.tag === SEED) return inner.content
  if (inner.tag === SEQUENCE) return contentOf(readInside(inner)[0], OCTET_STRING)
  throw invalidKey('an expanded key without its seed')
}

async function completeAkp(alg: string, seed: Uint8Array): Promise<Jwk> {
  if (seed.length !== 32) throw invalidKey('wrong length of a private key') // RFC 9964 §4
  const jwk = { kty: 'AKP', alg, priv: encodeBase64url(seed) }
  const { pub } = await runtime.completeKey(writePkcs8(jwk, writeSec1(jwk)), jwk)
  if (pub === undefined) throw invalidKey('the public half cannot be worked out')
  return { kty: 'AKP', alg, pub, priv: jwk.priv }
}

/** The one algorithm that a key for RSASSA-PSS allows; never PKCS#1 v1.5. Without parameters PS256. RFC 4055 §3.1 */
function pssAlgorithm(parameters: DerValue | undefined): string {
  if (parameters === undefined) return 'PS256'
  const [hash, , salt] = [0, 1, 2].map((number) => readInside(parameters).find(({ tag }) => tag === context(number)))
  const { oid } = readAlgorithm(readInside(hash, context(0))[0])
  const bits = Number(lookUp(hashOfOid, oid).slice(4))
  if (salt !== undefined && integerOf(readInside(salt, context(2))[0])[0] !== bits / 8)
    throw invalidKey('unusual salt length')
  return `PS${bits}`
}

function readAlgorithm(algorithm: DerValue | undefined): { oid: string; parameter: DerValue | undefined } {
  const [oid, parameter] = readInside(algorithm)
  return { oid: oidOf(oid), parameter }
}

function privateText(crv: Curve, octets: Uint8Array): string {
  if (octets.length !== curves[crv].size) throw invalidKey('wrong length of a private key') // RFC 5915 §3, RFC 8410 §7
  return encodeBase64url(octets)
}

function integerText(value: DerValue | undefined): string {
  return encodeBase64url(integerOf(value))
}
