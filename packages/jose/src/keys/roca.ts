/**
 * The fingerprint of RSA keys made by a faulty library (ROCA, CVE-2017-15361): modulo every small prime they are a power of
 * 65537. A sound key passes for one of them once in a hundred million times.
 */

const primes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
]

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
