/** The prime factors of an RSA key of which only n, e and d are known. NIST SP 800-56B, Appendix C.1 */

import { encodeBase64url } from '@authlib/core/kit'
import { bigIntToBytes, bytesToBigInt } from './big-integer.ts'
import { decodeMember, invalidKey, type Jwk } from './jwk.ts'

interface RsaFactors {
  readonly p: string
  readonly q: string
  readonly dp: string
  readonly dq: string
  readonly qi: string
}

const MAX_MODULUS = 700 // characters: 4,096 bits, a matter of a tenth of a second

/**
 * Parsed private material, with the factors that RFC 7518 §6.3.2 allows to leave out and that cryptographic libraries want.
 * Only for a key that is to sign or decrypt: the search takes long, and a stranger's proof may bring a made-up `d`.
 * Throws `invalid_key` when n, e and d do not belong together.
 */
export function withFactors(jwk: Jwk): Jwk {
  const { kty, n = '', e = '', d, p } = jwk
  if (kty !== 'RSA' || d === undefined || p !== undefined) return jwk
  const factors = n.length > MAX_MODULUS ? null : recoverFactors({ n, e, d })
  if (factors === null) throw invalidKey('n, e and d do not belong together, or are too large')
  return { ...jwk, ...factors }
}

/** Null when the three do not belong together. */
function recoverFactors(members: { readonly n: string; readonly e: string; readonly d: string }): RsaFactors | null {
  const [n, e, d] = [members.n, members.e, members.d].map(toBigInt) as [bigint, bigint, bigint] // three stay three
  let odd = d * e - 1n
  if (odd <= 0n || odd % 2n === 1n || d >= n) return null
  let halvings = 0
  while (odd % 2n === 0n) {
    odd /= 2n
    halvings++
  }
  for (const base of [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n]) {
    const root = rootOfOne(power(base, odd, n), halvings, n)
    if (root === null) continue
    const [p, q] = [gcd(root - 1n, n), gcd(root + 1n, n)].sort((a, b) => (a < b ? 1 : -1)) as [bigint, bigint] // two stay two
    if (p * q !== n) return null
    const values = { p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: power(q, p - 2n, p) } // q^-1 by Fermat
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, toText(value)]),
    ) as unknown as RsaFactors // the same names
  }
  return null
}

/** A square root of 1 that is neither 1 nor -1, among the squarings of a power. */
function rootOfOne(start: bigint, squarings: number, n: bigint): bigint | null {
  let value = start
  if (value === 1n || value === n - 1n) return null
  for (let i = 0; i < squarings; i++) {
    const square = (value * value) % n
    if (square === 1n) return value
    if (square === n - 1n) return null
    value = square
  }
  return null
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let factor = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % modulus
    factor = (factor * factor) % modulus
  }
  return result
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b)
}

function toBigInt(text: string): bigint {
  return bytesToBigInt(decodeMember(text, 'd'))
}

function toText(value: bigint): string {
  return encodeBase64url(bigIntToBytes(value))
}
