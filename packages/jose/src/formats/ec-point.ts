/** Points of elliptic curves as octets, compressed ones too. SEC1 §2.3.4 */

import { encodeBase64url } from '@authlib/core/kit'
import { type Curve, curves } from '../algorithms.ts'
import { bigIntToBytes, bytesToBigInt } from '../keys/big-integer.ts'
import { invalidKey } from '../keys/jwk.ts'

interface Point {
  readonly crv: Curve
  readonly x: string
  readonly y: string
}

/** y² = x³ + ax + b modulo p. SP 800-186 §3.2.1, SEC2 §2.4.1. Every p is 3 modulo 4. */
interface Equation {
  readonly p: bigint
  readonly a: bigint
  readonly b: bigint
}

const equations: Readonly<Partial<Record<Curve, Equation>>> = {
  'P-256': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    a: -3n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    a: -3n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  'P-521': {
    p: (1n << 521n) - 1n,
    a: -3n,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
  secp256k1: { p: (1n << 256n) - (1n << 32n) - 977n, a: 0n, b: 7n },
}

/** Whether an uncompressed point lies on its curve is for the runtime to say. Throws `invalid_key`. */
export function readPoint(crv: Curve, point: Uint8Array): Point {
  const { size } = curves[crv]
  const equation = equations[crv]
  if (equation === undefined) throw invalidKey('a point of a curve that has none')
  const [form = 0, x, y] = [point[0], point.subarray(1, 1 + size), point.subarray(1 + size)]
  if (form === 4 && y.length === size) return { crv, x: encodeBase64url(x), y: encodeBase64url(y) }
  if ((form !== 2 && form !== 3) || point.length !== 1 + size) throw invalidKey('not a point of the curve')
  const root = findY(bytesToBigInt(x), equation, form === 3)
  return { crv, x: encodeBase64url(x), y: encodeBase64url(leftPad(bigIntToBytes(root), size)) }
}

/** The bytes with zeros before them. */
export function leftPad(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length > length) throw invalidKey('a number is too large')
  const padded = new Uint8Array(length)
  padded.set(bytes, length - bytes.length)
  return padded
}

function findY(x: bigint, { p, a, b }: Equation, odd: boolean): bigint {
  if (x >= p) throw invalidKey('not a point of the curve')
  const square = ((((x * x + a) * x + b) % p) + p) % p
  const root = power(square, (p + 1n) / 4n, p)
  if ((root * root) % p !== square) throw invalidKey('not a point of the curve')
  return (root % 2n === 1n) === odd ? root : p - root
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let factor = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % modulus
    factor = (factor * factor) % modulus
  }
  return result
}
