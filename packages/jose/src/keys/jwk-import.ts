/** Makes a {@link Key} of a JWK: the one format that needs no reader. */

import type { AlgorithmName } from '../algorithm-name.ts'
import type { JweImplementation } from '../jwe/jwe-implementation.ts'
import { invalidKey, type Jwk, parseJwk } from '../jwk.ts'
import { present } from './present.ts'
import { Key } from './key.ts'
import { checkSignatures, type SignatureAlgorithm } from './signature-algorithm.ts'

export interface ImportKeyOptions {
  /** The one algorithm the key is for, where the material does not say. */
  readonly alg?: AlgorithmName
  readonly kid?: string
  readonly use?: 'sig' | 'enc'
  /** Opens an encrypted PKCS#8. */
  readonly password?: string
  /** Accepts HMAC keys shorter than their hash and RSA keys under 2,048 bits, for legacy peers. Default false. */
  readonly allowWeak?: boolean
  /** Algorithms beyond those of the library and the runtime, such as those of `@authlib/jose/extra`. */
  readonly implementations?: readonly (SignatureAlgorithm | JweImplementation)[]
}

/** As `importKey` for a JWK, without waiting, and without a look at what `alg` names. Throws `invalid_key`. */
export function importJwk(jwk: Jwk, { alg, kid, use, allowWeak = false, ...given }: ImportKeyOptions = {}): Key {
  const implementations = (given.implementations ?? []).filter((item) => item.kind === 'signature')
  checkSignatures(implementations)
  const parsed = parseJwk(jwk, { allowWeak, rows: implementations.map(({ row }) => row) })
  if (alg !== undefined && parsed.alg !== undefined && parsed.alg !== alg) throw invalidKey('two different alg')
  if (use !== undefined && parsed.use !== undefined && parsed.use !== use) throw invalidKey('two different use')
  return new Key({ ...parsed, ...present({ alg, kid, use }) }, { allowWeak, implementations })
}
