/**
 * Metadata with a signature of the server, for clients that do not rely on TLS alone.
 *
 * @spec RFC 8414 §2.1
 */

import type { JsonObject } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import { signJwt } from '@authlib/jose'
import { on } from '../contract/moments.ts'
import type { Feature } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { jwksEndpoint } from './jwks.ts'
import { metadataDocument } from './server-metadata.ts'

export interface SignedMetadataOptions {
  /** Signature algorithm. Default: the first of the server's keys. */
  readonly algorithm?: string | undefined
}

/** Seconds for which one signature is sent. */
const KEPT = 300

/**
 * Adds `signed_metadata` to the metadata document: a JWT whose claims are the other members. A client must get the key from
 * somewhere else than from this document to gain anything by it.
 *
 * @example
 * server.register(signedMetadata())
 */
export function signedMetadata({ algorithm, ...others }: SignedMetadataOptions = {}): Feature {
  refuseUnknownOptions('signedMetadata', others)
  const signatures = new WeakMap<Server, { readonly until: number; readonly document: JsonObject }>()
  return {
    kind: 'feature',
    name: 'signed_metadata',
    includes: [
      jwksEndpoint,
      {
        kind: 'extension',
        name: 'signed_metadata',
        handlers: [
          on(metadataDocument, async (server) => {
            const now = server.clock()
            const kept = signatures.get(server)
            if (kept && now < kept.until) return kept.document
            const key = await server.requireKeys().signingKey(algorithm)
            const claims = { ...server.metadata(), iss: server.issuer, iat: now } // §2.1: iss says who attests
            const document = { signed_metadata: await signJwt(claims, key, { lifetime: null }) }
            signatures.set(server, { until: now + KEPT, document })
            return document
          }),
        ],
      },
    ],
  }
}
