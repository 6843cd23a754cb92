/**
 * Proof Key for Code Exchange, what both sides share. Only S256.
 *
 * @spec RFC 7636 §4.1 §4.2
 */

import { randomToken, type Awaitable, type Random } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'

/** 43 characters, 256 bits of randomness. §4.1 */
export function createCodeVerifier(random?: Random): string {
  return randomToken(random, 32)
}

/** The S256 code challenge of a verifier. §4.2 */
export function s256(verifier: string): Awaitable<string> {
  return sha256Base64url(verifier)
}

/** 43 to 128 unreserved characters. §4.1 */
export function isCodeVerifier(text: string): boolean {
  return /^[A-Za-z0-9\-._~]{43,128}$/.test(text)
}

/** The form of an S256 challenge: 32 bytes in base64url. §4.2 */
export function isCodeChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}
