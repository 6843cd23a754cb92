/** Randomness for tokens and states. */

import { randomBytes, randomText } from '#runtime'
import { encodeBase64url } from './encoding.ts'

/** Returns that many unpredictable bytes. */
export type Random = (length: number) => Uint8Array

/** The generator of the system. */
export const systemRandom: Random = randomBytes

/** A token of `bytes` random bytes as base64url. The default of 32 leaves nothing to guess. RFC 6749 §10.10. */
export function randomToken(random: Random = systemRandom, bytes = 32): string {
  return random === systemRandom ? randomText(bytes) : encodeBase64url(random(bytes))
}
