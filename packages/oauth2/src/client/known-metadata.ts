/** What a client knows of its server: what it was told, over what the issuer publishes. */

import { assertIssuer } from '@authlib/core/kit'
import { keptMetadata, type IssuerMetadataOptions, type MetadataSource } from '../issuer-metadata.ts'
import { validateServerMetadata, type GivenMetadata } from '../server-metadata.ts'

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
  return keptMetadata({ ...options, issuer, named, fallback }, told)
}
