/** What a client knows of its server: what it was told, over what the issuer publishes. */

import { assertIssuer } from '@authlib/core/kit'
import { issuerMetadata, type IssuerMetadataOptions, type MetadataSource } from '../issuer-metadata.ts'
import { validateServerMetadata, type GivenMetadata, type ServerMetadata } from '../server-metadata.ts'

export interface KnownMetadataOptions extends Omit<IssuerMetadataOptions, 'issuer' | 'named' | 'fallback'> {
  readonly issuer?: string | undefined
  /** Written by hand. Each member wins over the published one; one that is `undefined` removes it. */
  readonly metadata?: GivenMetadata | undefined
}

/** @throws AuthlibError `invalid_issuer`, `invalid_metadata`, `issuer_mismatch`, at once; TypeError without both */
export function knownMetadata({ issuer, metadata, ...options }: KnownMetadataOptions): MetadataSource {
  if (issuer === undefined && metadata === undefined) throw new TypeError('A client needs an `issuer`, or `metadata`')
  if (issuer !== undefined) assertIssuer(issuer, options)
  const told = validateServerMetadata(metadata ?? {}, { ...options, issuer })
  if (issuer === undefined) return () => Promise.resolve(told)
  const named = told.issuer ?? issuer
  const fallback = metadata === undefined ? undefined : { issuer: named }
  const published = issuerMetadata({ ...options, issuer, named, fallback })
  let latest: { readonly found: ServerMetadata; readonly merged: ServerMetadata } | undefined
  return async (clock) => {
    const found = await published(clock)
    if (latest?.found !== found) latest = { found, merged: { ...found, ...told } }
    return latest.merged
  }
}
