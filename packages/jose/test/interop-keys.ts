/** Keys for asking other implementations about every algorithm of our tables. */

import { generateKey, importKey, importSecret, type Jwk, type Key } from '../src/index.ts'

const rsa = await generateKey('RS256')

/** A key for the algorithm; for `dir` one for the content encryption. */
export async function keyFor(alg: string, enc = 'A256GCM'): Promise<Key> {
  if (alg.startsWith('PBES2')) return importSecret('a password', { alg })
  if (!/^(?:RS|PS)/.test(alg)) return generateKey(alg === 'dir' ? enc : alg)
  const { use: _, ...material } = rsa.privateJwk() // one modulus for all
  return importKey({ ...material, alg })
}

/** What the other side needs to verify or to encrypt. */
export function openJwk(key: Key): Jwk {
  return key.kty === 'oct' ? key.privateJwk() : key.publicJwk()
}
