/** Makes a {@link Key} of a JWK: the one format that needs no reader. */

import type { AlgorithmName } from './algorithm-name.ts'
import { invalidKey, type Jwk, parseJwk } from './jwk.ts'
import { Key } from './key.ts'

export interface ImportKeyOptions {
  /** The one algorithm the key is for, where the material does not say. */
  readonly alg?: AlgorithmName
  readonly kid?: string
  readonly use?: 'sig' | 'enc'
  /** Opens an encrypted PKCS#8. */
  readonly password?: string
  /** Accepts HMAC keys shorter than their hash and RSA keys under 2,048 bits, for legacy peers. Default false. */
  readonly allowWeak?: boolean
}

/** As `importKey` for a JWK, without waiting. Throws `invalid_key`. */
export function importJwk(jwk: Jwk, { alg, kid, use, allowWeak = false }: ImportKeyOptions): Key {
  const parsed = parseJwk(jwk, { allowWeak })
  if (alg !== undefined && parsed.alg !== undefined && parsed.alg !== alg) throw invalidKey('two different alg')
  if (use !== undefined && parsed.use !== undefined && parsed.use !== use) throw invalidKey('two different use')
  const named = {
    ...(alg !== undefined && { alg }),
    ...(kid !== undefined && { kid }),
    ...(use !== undefined && { use }),
  }
  return new Key({ ...parsed, ...named }, { allowWeak })
}
