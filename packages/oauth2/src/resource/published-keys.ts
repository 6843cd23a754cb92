/** The keys of an authorization server, by its metadata. */

import type { Clock } from '@authlib/core'
import { findJwsRow, jwsAlgorithms, remoteKeySet, type KeySetLike } from '@authlib/jose'
import { issuerMetadata } from '../issuer-metadata.ts'
import { cannotLoadMetadata, cannotValidate } from './bearer-errors.ts'

/** How an API reaches the authorization server. */
export interface IssuerConnection {
  /** Such as one that goes through a proxy. Default: the `fetch` of the runtime. */
  fetch?: typeof globalThis.fetch | undefined
  /** Seconds for one request to the authorization server. Default 10; for keys 5. */
  timeout?: number | undefined
  /** Allows plain http to hosts other than this machine, such as other containers. Default false. */
  allowInsecureTransport?: boolean | undefined
}

/** Names of {@link IssuerConnection}. */
export const CONNECTION: Readonly<Record<keyof IssuerConnection, true>> = {
  fetch: true,
  timeout: true,
  allowInsecureTransport: true,
}

/** The key set of the issuer; a new one when its metadata moves it. */
export function publishedKeys(issuer: string, connection: IssuerConnection): (clock: Clock) => Promise<KeySetLike> {
  const { fetch, timeout, allowInsecureTransport } = connection
  const metadata = issuerMetadata({ issuer, fetch, timeout, allowInsecureTransport })
  let known: { readonly uri: string; readonly keys: KeySetLike } | undefined
  return async (clock: Clock): Promise<KeySetLike> => {
    const { jwks_uri: uri } = await metadata(clock).catch(cannotLoadMetadata)
    if (uri === undefined) throw cannotValidate('the metadata of the issuer names no key set')
    if (known?.uri !== uri) known = { uri, keys: remoteKeySet(uri, { clock, fetch, timeout, allowInsecureTransport }) }
    return known.keys
  }
}

/** A shared secret would let every resource server issue tokens, so it must be asked for. */
export function asymmetricAlgorithms(): readonly string[] {
  return jwsAlgorithms.filter((alg) => findJwsRow(alg)?.kty !== 'oct')
}
