/**
 * Client secrets: made by us, hashed at rest, refused when they can be guessed.
 *
 * @spec RFC 6749 §10.10
 */

import { randomToken, type Awaitable, type Random } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'

/**
 * A new secret: `secret_` and 256 random bits in characters that need no encoding anywhere. `prefix` goes before it: the
 * `tokenPrefix` of a server ends with `_`.
 */
export function createClientSecret(random?: Random, prefix: string = ''): string {
  return `${prefix}secret_${randomToken(random, 32)}`
}

/** The form in which secrets are kept. For secrets of {@link createClientSecret} or of equal randomness. */
export async function hashClientSecret(secret: string): Promise<string> {
  return secretHash(secret)
}

/** The same, at once where the runtime can. */
export function secretHash(secret: string): Awaitable<string> {
  const hash = sha256Base64url(secret)
  return typeof hash === 'string' ? `sha-256:${hash}` : hash.then((text) => `sha-256:${text}`)
}

/** Why no one should use this secret, or null. What is random is not measured: that cannot be seen. */
export function secretFault(secret: unknown, clientId: string): string | null {
  if (secret === undefined) return 'client_secret is undefined'
  if (typeof secret !== 'string') return 'client_secret is not a string'
  if (secret === '') return 'client_secret is empty' // such as from a variable that no one has set
  if (secret.length < 8) return 'client_secret is weak: it has fewer than 8 characters'
  const plain = secret.toLowerCase().replace(/[-_. ]/g, '')
  if (secret === clientId || guessable.test(plain)) return 'client_secret is weak: it is easy to guess'
  if (new Set(secret).size < 4) return 'client_secret is weak: it repeats a few characters'
  return null
}

/** What people write until they have a secret. */
const guessable =
  /^(?:(?:my|the|a|some|your|test|dev|demo|client|app|super|top|very|new|insert|enter)*(?:secrets?|passwords?|passwd|changeme|changeit|todo|placeholder|here)+\d{0,4}|qwert\w*|letmein\d*|0?123456789?0?|1234567890?|abcdefgh\w*|undefined|null|xxx+)$/
