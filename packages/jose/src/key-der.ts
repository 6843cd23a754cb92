/** Keys as DER: SPKI (RFC 5280), PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC1 (RFC 5915) and X.509 certificates. */

import { encodeBase64url } from '@authlib/core'
import * as runtime from '#runtime'
import { type Curve, curves } from './algorithms.ts'
import {
  bitsOf,
  contentOf,
  context,
  type DerValue,
  INTEGER,
  integerOf,
  OCTET_STRING,
  OID,
  readDer,
  readInside,
  SEQUENCE,
  writeDer,
  writeInteger,
} from './der.ts'
import { invalidKey, type Jwk } from './jwk.ts'

/** Object identifiers by the hexadecimal form of their content. */
const RSA = '2a864886f70d010101'
const EC = '2a8648ce3d0201'
const curveOfOid: Readonly<Record<string, Curve>> = {
  '2a8648ce3d030107': 'P-256',
  '2b81040022': 'P-384',
  '2b81040023': 'P-521',
  '2b8104000a': 'secp256k1',
  '2b656e': 'X25519',
  '2b656f': 'X448',
  '2b6570': 'Ed25519',
  '2b6571': 'Ed448',
}

interface CurveKey {
  readonly kty: 'EC' | 'OKP'
  readonly crv: Curve
}

/** Reads whichever of the structures the bytes are. Throws `invalid_key`. */
export async function jwkFromDer(der: Uint8Array): Promise<Jwk> {
  const outer = readDer(der)
  const parts = readInside(outer)
  const tags = parts.map(({ tag }) => tag)
  if (tags[0] === SEQUENCE && tags[1] === SEQUENCE) return certificateToJwk(outer)
  if (tags[0] === SEQUENCE) return spkiToJwk(outer)
  if (tags[1] === SEQUENCE) return pkcs8ToJwk(outer)
  if (tags[1] === OCTET_STRING) return sec1ToJwk(outer)
  if (tags.length === 2) return rsaPublicToJwk(outer)
  return rsaPrivateToJwk(outer)
}

export function spkiToJwk(spki: DerValue): Jwk {
  const [algorithm, key] = readInside(spki)
  const { oid, parameter } = readAlgorithm(algorithm)
  if (oid === RSA) return rsaPublicToJwk(readDer(bitsOf(key)))
  if (oid === EC) return { kty: 'EC', ...pointToJwk(curveOf(parameter), bitsOf(key)) }
  return { kty: 'OKP', crv: curveNamed(oid), x: encodeBase64url(bitsOf(key)) }
}

/** The public key of a certificate. The certificate itself is not judged. */
export function certificateToJwk(certificate: DerValue): Jwk {
  const fields = readInside(readInside(certificate)[0])
  const versioned = fields[0]?.tag === context(0) ? 1 : 0
  const spki = fields[versioned + 5] // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
  if (spki === undefined) throw invalidKey('not a certificate')
  return spkiToJwk(spki)
}

async function pkcs8ToJwk(pkcs8: DerValue): Promise<Jwk> {
  const [version, algorithm, key] = readInside(pkcs8)
  if ((integerOf(version)[0] ?? 0) > 1) throw invalidKey('unknown version of PKCS#8')
  const { oid, parameter } = readAlgorithm(algorithm)
  const inner = readDer(contentOf(key, OCTET_STRING))
  if (oid === RSA) return rsaPrivateToJwk(inner)
  if (oid === EC) return sec1ToJwk(inner, curveOf(parameter))
  const crv = curveNamed(oid)
  const seed = contentOf(inner, OCTET_STRING) // RFC 8410 §7: an OCTET STRING inside an OCTET STRING
  if (seed.length !== curves[crv].size) throw invalidKey('wrong length of a private key')
  const whole = await complete({ kty: 'OKP', crv }, contentOf(algorithm, SEQUENCE), inner.encoded)
  return { ...whole, d: encodeBase64url(seed) }
}

async function sec1ToJwk(sec1: DerValue, outerCurve?: Curve): Promise<Jwk> {
  const [version, key, ...rest] = readInside(sec1)
  if (integerOf(version)[0] !== 1) throw invalidKey('unknown version of SEC1')
  const named = rest.find(({ tag }) => tag === context(0))
  const inside = named && curveOf(readInside(named, context(0))[0])
  if (inside !== undefined && outerCurve !== undefined && inside !== outerCurve)
    throw invalidKey('two different curves')
  const crv = outerCurve ?? inside
  if (crv === undefined) throw invalidKey('the curve is not named')
  const { size } = curves[crv]
  const scalar = contentOf(key, OCTET_STRING)
  if (scalar.length !== size) throw invalidKey('wrong length of a private key') // RFC 5915 §3
  const d = encodeBase64url(scalar)
  const given = rest.find(({ tag }) => tag === context(1))
  if (given !== undefined) return { kty: 'EC', ...pointToJwk(crv, bitsOf(readInside(given, context(1))[0])), d }
  const algorithm = Uint8Array.from([...writeOid(EC), ...writeOid(oidOfCurve(crv))])
  const bare = writeDer(SEQUENCE, writeInteger(Uint8Array.of(1)), writeDer(OCTET_STRING, scalar))
  return { ...(await complete({ kty: 'EC', crv }, algorithm, bare)), d }
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

function pointToJwk(crv: Curve, point: Uint8Array): { crv: Curve; x: string; y: string } {
  const { kty, size } = curves[crv]
  if (kty !== 'EC' || point[0] !== 4 || point.length !== 1 + 2 * size) throw invalidKey('not an uncompressed point')
  return { crv, x: encodeBase64url(point.subarray(1, 1 + size)), y: encodeBase64url(point.subarray(1 + size)) }
}

/** The whole key, worked out by the runtime from a PKCS#8 of our own writing that has only the private half. */
async function complete(type: CurveKey, algorithm: Uint8Array, key: Uint8Array): Promise<Jwk> {
  const version = writeDer(INTEGER, Uint8Array.of(0))
  const pkcs8 = writeDer(SEQUENCE, version, writeDer(SEQUENCE, algorithm), writeDer(OCTET_STRING, key))
  const { x, y } = await runtime.completeKey(pkcs8, type)
  if (x === undefined) throw invalidKey('the public half cannot be worked out')
  return { ...type, x, ...(y !== undefined && { y }) }
}

function readAlgorithm(algorithm: DerValue | undefined): { oid: string; parameter: DerValue | undefined } {
  const [oid, parameter] = readInside(algorithm)
  return { oid: hex(contentOf(oid, OID)), parameter }
}

function curveOf(oid: DerValue | undefined): Curve {
  return curveNamed(hex(contentOf(oid, OID)))
}

function curveNamed(oid: string): Curve {
  const crv = Object.hasOwn(curveOfOid, oid) ? curveOfOid[oid] : undefined
  if (crv === undefined) throw invalidKey('unknown kind of key')
  return crv
}

function integerText(value: DerValue | undefined): string {
  return encodeBase64url(integerOf(value))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function writeOid(oid: string): Uint8Array {
  return writeDer(
    OID,
    Uint8Array.from(oid.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  )
}

function oidOfCurve(crv: Curve): string {
  return Object.keys(curveOfOid).find((oid) => curveOfOid[oid] === crv) ?? ''
}
