/** The keys of an authorization server, by its metadata. */

import type { Clock } from '@authlib/core'
import { findJwsRow, jwsAlgorithms, remoteKeySet, type KeySetLike } from '@authlib/jose'
import { issuerMetadata } from '../issuer-metadata.ts'
import { cannotLoadMetadata, cannotValidate } from './bearer-errors.ts'

/** The key set of the issuer; a new one when its metadata moves it. */
export function publishedKeys(
  issuer: string,
  fetch: typeof globalThis.fetch | undefined,
): (clock: Clock) => Promise<KeySetLike> {
  const metadata = issuerMetadata({ issuer, fetch })
  let known: { readonly uri: string; readonly keys: KeySetLike } | undefined
  return async (clock: Clock): Promise<KeySetLike> => {
    const { jwks_uri: uri } = await metadata(clock).catch(cannotLoadMetadata)
    if (uri === undefined) throw cannotValidate('the metadata of the issuer names no key set')
    if (known?.uri !== uri) known = { uri, keys: remoteKeySet(uri, { clock, ...(fetch && { fetch }) }) }
    return known.keys
  }
}

/** A shared secret would let every resource server issue tokens, so it must be asked for. */
export function asymmetricAlgorithms(): readonly string[] {
  return jwsAlgorithms.filter((alg) => findJwsRow(alg)?.kty !== 'oct')
}
