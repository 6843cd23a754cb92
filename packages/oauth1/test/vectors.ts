/** The vectors of the RFC and of other libraries, and their keys. */

import { createPrivateKey } from 'node:crypto'
import vectors from '../vectors/signatures.json' with { type: 'json' }
import {
  hmacSha1,
  hmacSha256,
  hmacSha512,
  plaintext,
  rsaSha1,
  rsaSha256,
  rsaSha512,
  type SignatureMethod,
} from '../src/index.ts'

export { vectors }

const METHODS: Readonly<Record<string, SignatureMethod>> = Object.fromEntries(
  [hmacSha1, hmacSha256, hmacSha512, plaintext, rsaSha1, rsaSha256, rsaSha512].map((method) => [method.name, method]),
)

export function methodOf(name: string): SignatureMethod {
  const method = METHODS[name]
  if (method === undefined) throw new Error(`no method ${name}`)
  return method
}

/** As `CryptoKey`, because some of these keys have 1024 bits. */
export async function rsaPair(name: string, { hash }: SignatureMethod): Promise<CryptoKeyPair> {
  const pem = (vectors.rsaKeys as Readonly<Record<string, string>>)[name]
  const { d, p, q, dp, dq, qi, ...shared } = createPrivateKey(pem ?? '').export({ format: 'jwk' })
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash }
  const jwk = { ...shared, d, p, q, dp, dq, qi } as JsonWebKey
  return {
    privateKey: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']),
    publicKey: await crypto.subtle.importKey('jwk', shared as JsonWebKey, algorithm, false, ['verify']),
  }
}
