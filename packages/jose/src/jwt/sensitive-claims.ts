/** Secrets that slipped into claims: anyone who holds a signed token can read it (RFC 7519 §12). */

import type { NewJwtClaims } from './claims.ts'
import { JoseError } from '../errors.ts'
import { isObject } from '../shared/is-object.ts'

/** A claim that looks like a secret. Its value is not repeated. */
export interface SensitiveClaim {
  /** Where it is, such as `['user', 'password']`. */
  readonly path: readonly (string | number)[]
  readonly kind: 'secret_name' | 'private_key' | 'card_number' | 'social_security_number'
}

const MAX_DEPTH = 32

/** Looks through all claims, nested ones too. A guess: what it finds may be harmless, what it misses may not be. */
export function findSensitiveClaims(claims: NewJwtClaims): readonly SensitiveClaim[] {
  return [...search(claims, [])]
}

/** Throws `insecure_claim` for the first one found. To be called before `signJwt`. */
export function refuseSensitiveClaims(claims: NewJwtClaims): void {
  const [first] = search(claims, [])
  if (first === undefined) return
  const claim = first.path.join('.')
  throw new JoseError('insecure_claim', 'A claim looks like a secret', {
    claim,
    status: 500, // it is the mistake of the signer
    reason: `${claim}: ${first.kind}`,
    hint: 'A signed token is readable: leave the claim out, or encrypt the token',
  })
}

function* search(value: unknown, path: readonly (string | number)[]): Generator<SensitiveClaim> {
  if (path.length > MAX_DEPTH) return
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* search(item, [...path, index])
  if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (isSecretName(name)) yield { path: [...path, name], kind: 'secret_name' }
      else yield* search(member, [...path, name])
    }
  }
  const kind = kindOf(value)
  if (kind !== null) yield { path, kind }
}

const secretNames = /^(?:(?:[a-z]+_)?(?:password|passwd|passphrase|secret)|(?:private|secret|api)_key|pwd|pin|cvv|cvc)$/

/** However it is written: `clientSecret`, `client-secret`, `CLIENT_SECRET`. */
function isSecretName(name: string): boolean {
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').replaceAll(/[\s.-]+/g, '_')
  return secretNames.test(words.toLowerCase())
}

function kindOf(value: unknown): SensitiveClaim['kind'] | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const text = String(value)
  if (/-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) return 'private_key'
  if (typeof value === 'string' && isSocialSecurityNumber(text)) return 'social_security_number'
  return isCardNumber(text) ? 'card_number' : null
}

function isSocialSecurityNumber(text: string): boolean {
  return /^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/.test(text)
}

/** Of an issuer and a length that exist, with the check digit of ISO/IEC 7812-1. */
function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, '')
  if (!/^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12})$/.test(digits)) return false
  const sum = Array.from(digits, Number)
    .reverse()
    .map((digit, index) => digit * (index % 2 === 0 ? 1 : 2))
    .reduce((total, value) => total + (value > 9 ? value - 9 : value), 0)
  return sum % 10 === 0
}
