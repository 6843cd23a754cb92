/**
 * The fingerprint of RSA keys made by a faulty library (ROCA, CVE-2017-15361): modulo every small prime they are a power of
 * 65537. A sound key passes for one of them once in a hundred million times.
 */

/** The primes whose product the library built its keys from. */
const primes = /* @__PURE__ */ oddPrimes(167)

export function hasRocaFingerprint(modulus: Uint8Array): boolean {
  return primes.every((prime) => isPowerOf65537(remainder(modulus, prime), prime))
}

function remainder(bytes: Uint8Array, prime: number): number {
  return bytes.reduce((rest, byte) => (rest * 256 + byte) % prime, 0)
}

function isPowerOf65537(value: number, prime: number): boolean {
  let power = 1
  do {
    if (power === value) return true
    power = (power * 65537) % prime
  } while (power !== 1)
  return false
}

function oddPrimes(last: number): readonly number[] {
  const found: number[] = []
  for (let number = 3; number <= last; number += 2) if (found.every((prime) => number % prime !== 0)) found.push(number)
  return found
}
