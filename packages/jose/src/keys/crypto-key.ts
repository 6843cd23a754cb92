/** Web `CryptoKey`s. What cannot be exported signs where it is: a key in the keeping of the browser, for one. */

import { findJwsRow, type JwsRow } from '../algorithms.ts'
import { invalidKey, type Jwk, parseJwk } from './jwk.ts'
import { Key } from './key.ts'
import { keyExtras } from './extras.ts'
import { present } from '../shared/pick.ts'
import { subtleExport, subtleSigner } from '../runtime/subtle.ts'

/** The material of an extractable key. */
export async function jwkFromCryptoKey(key: CryptoKey): Promise<Jwk> {
  if (!key.extractable) throw invalidKey('not extractable: pass the pair')
  return subtleExport(key)
}

/** A pair whose private half may be locked up. */
export async function keyFromPair(
  { privateKey, publicKey }: CryptoKeyPair,
  { alg = algorithmOf(privateKey), kid }: { alg?: string | undefined; kid?: string | undefined },
): Promise<Key> {
  const jwk = parseJwk(await jwkFromCryptoKey(publicKey))
  const prepareSigner = (row: JwsRow) => subtleSigner(row, privateKey)
  return new Key(
    { ...jwk, ...present({ kid, use: 'sig', alg }) },
    { extras: keyExtras([], { custody: { prepareSigner } }) },
  )
}

/** WebCrypto binds a key to its algorithm; only the hash of ECDSA follows from the curve. */
function algorithmOf({ algorithm }: CryptoKey): string {
  const { name, hash, namedCurve } = algorithm as { name: string; hash?: { name: string }; namedCurve?: string } // members by kind of key
  const bits = hash?.name.slice(4) ?? ''
  const names: Readonly<Record<string, string>> = {
    'RSASSA-PKCS1-v1_5': `RS${bits}`,
    'RSA-PSS': `PS${bits}`,
    ECDSA: { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' }[namedCurve ?? ''] ?? '',
    Ed25519: 'EdDSA',
    Ed448: 'EdDSA',
  }
  const alg = Object.hasOwn(names, name) ? names[name] : name // that of ML-DSA is the same
  if (alg === undefined || findJwsRow(alg) === null) throw invalidKey('no algorithm for this CryptoKey')
  return alg
}
