/**
 * The fingerprint of RSA keys made by a faulty library (ROCA, CVE-2017-15361): modulo every small prime they are a power of
 * 65537. A sound key passes for one of them once in a hundred million times.
 */

const LAST = 167 // the last prime of the product that the library built its keys from

export function hasRocaFingerprint(modulus: Uint8Array): boolean {
  const primes: number[] = []
  for (let number = 3; number <= LAST; number += 2) {
    if (primes.some((prime) => number % prime === 0)) continue
    primes.push(number)
    if (!isPowerOf65537(remainder(modulus, number), number)) return false
  }
  return true
}

function remainder(bytes: Uint8Array, prime: number): number {
  return bytes.reduce((rest, byte) => (rest * 256 + byte) % prime, 0)
}

function isPowerOf65537(value: number, prime: number): boolean {
  let power = 1
  do power = (power * 65537) % prime
  while (power !== value && power !== 1)
  return power === value
}
