/** Signatures of OAuth 1.0a, for both sides. Clients are in `./client`. */

export { formatOAuthHeader, parseOAuthHeader, type OAuthHeader } from './authorization-header.ts'
export * from './base-string.ts'
export { bodyHash } from './body-hash.ts'
export * from './hmac.ts'
export { formatPairs, parsePairs, type Pair } from './pairs.ts'
export * from './plaintext.ts'
export * from './rsa.ts'
export * from './sign.ts'
export type { SharedSecrets, SignatureMethod, SigningSecrets, VerificationSecrets } from './signature-method.ts'
