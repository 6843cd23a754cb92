/** Makes a {@link Key} of a JWK: the one format that needs no reader. */

import type { AlgorithmName } from '../shared/algorithm-name.ts'
import type { JweImplementation } from '../jwe/implementation.ts'
import { decodeMember, invalidKey, type Jwk, parseJwk } from './jwk.ts'
import { hasRocaFingerprint } from './roca.ts'
import { pick } from '../shared/pick.ts'
import { Key } from './key.ts'
import { type KeyExtras, keyExtras } from './extras.ts'
import type { SignatureAlgorithm } from './signature-algorithm.ts'

export interface ImportJwkOptions {
  /** The one algorithm the key is for, where the material does not say. */
  readonly alg?: AlgorithmName | undefined
  /** Its name, in place of what the material says. */
  readonly kid?: string | undefined
  /** What it is for, where the material does not say: signatures or encryption. */
  readonly use?: 'sig' | 'enc' | undefined
  /** Accepts HMAC keys shorter than their hash and RSA keys under 2,048 bits, for legacy peers. Default false. */
  readonly allowWeak?: boolean | undefined
}

export interface ImportKeyOptions extends ImportJwkOptions {
  /** Opens an encrypted PKCS#8. Default none. */
  readonly password?: string | undefined
  /** Algorithms beyond those of the library and the runtime, such as those of `@authlib/jose/extra`. */
  readonly implementations?: readonly (SignatureAlgorithm | JweImplementation)[] | undefined
}

/**
 * As `importKey` for a JWK, without waiting, and without a look at what `alg` names, whether a secret is a key in disguise,
 * or whether an RSA key was made by a faulty library (ROCA). For keys that you know. Throws `invalid_key`.
 */
export function importJwk(jwk: Jwk, options: ImportJwkOptions = {}): Key {
  return new Key(readJwk(jwk, options), options)
}

/** The same with algorithms that are passed in. `complete` works out what an RSA key leaves out, should anyone ask for it. */
export function importJwkWith(jwk: Jwk, options: ImportKeyOptions, complete?: (jwk: Jwk) => Jwk): Key {
  const { implementations = [], allowWeak = false } = options
  const extras = keyExtras(
    implementations.filter((item) => item.kind === 'signature'),
    { complete },
  )
  const read = readJwk(jwk, options, extras)
  if (read.kty === 'RSA' && !allowWeak && hasRocaFingerprint(decodeMember(read.n ?? '', 'n')))
    throw invalidKey('made by a faulty library (ROCA)')
  return new Key(read, { allowWeak, extras })
}

function readJwk(jwk: Jwk, options: ImportJwkOptions, extras?: KeyExtras): Jwk {
  const parsed = parseJwk(jwk, { ...options, ...extras })
  const whole = { ...parsed, ...pick(options, ['kid', 'use', 'alg']) }
  for (const name of ['alg', 'use'] as const) {
    if (parsed[name] !== undefined && parsed[name] !== whole[name]) throw invalidKey(`two different ${name}`)
  }
  return whole
}
