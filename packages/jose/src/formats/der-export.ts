/** Keys to DER: the same structures the other way round. */

import { decodeBase64url } from '@authlib/core/kit'
import type { Curve } from '../algorithms.ts'
import { context, INTEGER, NULL, OCTET_STRING, SEQUENCE, writeBits, writeDer, writeInteger } from './der.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { akpOfOid, EC_PUBLIC_KEY, oidOfCurve, oidOfEntry, RSA_ENCRYPTION, writeOid } from './oids.ts'

const version = (number: number): Uint8Array => writeDer(INTEGER, Uint8Array.of(number))

/** SubjectPublicKeyInfo, RFC 5280 §4.1.2.7. */
export function writeSpki(jwk: Jwk): Uint8Array {
  return writeDer(SEQUENCE, writeAlgorithm(jwk), writeBits(publicBits(jwk)))
}

/** RSAPublicKey, RFC 8017 A.1.1. */
export function writeRsaPublic({ n, e }: Jwk): Uint8Array {
  return writeDer(SEQUENCE, ...[n, e].map(integer))
}

/** RSAPrivateKey, RFC 8017 A.1.2. */
export function writeRsaPrivate({ n, e, d, p, q, dp, dq, qi }: Jwk): Uint8Array {
  return writeDer(SEQUENCE, version(0), ...[n, e, d, p, q, dp, dq, qi].map(integer))
}

/** The seed of ML-DSA, RFC 9881 §6: [0] IMPLICIT. */
export const SEED = 0x80

/** ECPrivateKey, RFC 5915 §3; the CurvePrivateKey of RFC 8410 §7 for the other curves; the seed of an AKP. */
export function writeSec1(jwk: Jwk, { named = false }: { readonly named?: boolean } = {}): Uint8Array {
  if (jwk.kty === 'AKP') return writeDer(SEED, octets(jwk.priv))
  const d = writeDer(OCTET_STRING, octets(jwk.d))
  if (jwk.kty === 'OKP') return d
  const curve = named ? [writeDer(context(0), writeOid(oidOfCurve(jwk.crv as Curve)))] : [] // parseJwk has checked the curve
  const point = jwk.x === undefined ? [] : [writeDer(context(1), writeBits(publicBits(jwk)))]
  return writeDer(SEQUENCE, version(1), d, ...curve, ...point)
}

/** OneAsymmetricKey, RFC 5958 §2, around an inner structure. */
export function writePkcs8(jwk: Pick<Jwk, 'kty' | 'crv' | 'alg'>, inner: Uint8Array): Uint8Array {
  return writeDer(SEQUENCE, version(0), writeAlgorithm(jwk), writeDer(OCTET_STRING, inner))
}

function writeAlgorithm({ kty, crv, alg }: Pick<Jwk, 'kty' | 'crv' | 'alg'>): Uint8Array {
  if (kty === 'AKP') return writeDer(SEQUENCE, writeOid(oidOfEntry(akpOfOid, alg ?? '')))
  if (kty === 'RSA') return writeDer(SEQUENCE, writeOid(RSA_ENCRYPTION), writeDer(NULL))
  const curve = writeOid(oidOfCurve(crv as Curve)) // parseJwk has checked the curve
  return kty === 'EC' ? writeDer(SEQUENCE, writeOid(EC_PUBLIC_KEY), curve) : writeDer(SEQUENCE, curve)
}

function publicBits(jwk: Jwk): Uint8Array {
  if (jwk.kty === 'RSA') return writeRsaPublic(jwk)
  if (jwk.kty === 'AKP') return octets(jwk.pub)
  return jwk.kty === 'OKP' ? octets(jwk.x) : Uint8Array.of(4, ...octets(jwk.x), ...octets(jwk.y))
}

function integer(text: string | undefined): Uint8Array {
  return writeInteger(octets(text))
}

function octets(text: string | undefined): Uint8Array {
  if (text === undefined) throw invalidKey('a member is missing')
  return decodeBase64url(text)
}
