/** With which keys and algorithms a client verifies what its provider signs. */

import { AuthlibError } from '@authlib/core'
import { encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { findJwsRow, importJwk, remoteKeySet, type KeySetLike, type VerificationKeys } from '@authlib/jose'
import type { ClientContext, ServerMetadata } from '@authlib/oauth2/client'

/** What a signature of the provider must be. */
export interface SignatureExpectation {
  readonly algorithms: readonly string[]
  readonly keys: VerificationKeys
}

/**
 * Finds keys and algorithms, for a registered algorithm or for those that the metadata lists.
 *
 * @throws AuthlibError `unsupported_algorithm`, `missing_endpoint`
 */
export type ProviderKeys = (client: ClientContext, registered: string | undefined) => Promise<SignatureExpectation>

/** `clientSecret` verifies HMAC, which is used only where it is registered. */
export function providerKeys(clientSecret: string | undefined): ProviderKeys {
  let remote: { readonly uri: string; readonly set: KeySetLike } | undefined

  function published(
    { jwks_uri: uri }: ServerMetadata,
    { fetch, clock, timeout, addresses, allowInsecureTransport }: ClientContext,
  ): KeySetLike {
    if (uri === undefined) throw new AuthlibError('missing_endpoint', 'The provider has no jwks_uri')
    if (remote?.uri !== uri) {
      remote = { uri, set: remoteKeySet(uri, { fetch, clock, timeout, addresses, allowInsecureTransport }) }
    }
    return remote.set
  }

  return async (client, registered) => {
    const metadata = await client.metadata()
    if (registered === undefined) return { algorithms: asymmetric(metadata), keys: published(metadata, client) }
    const symmetric = findJwsRow(registered)?.kty === 'oct' // Core §10.1: the client secret is the key
    const keys = symmetric ? secretKey(clientSecret, registered) : published(metadata, client)
    return { algorithms: [registered], keys }
  }
}

/** Not by `importSecret`, which brings readers of all key formats into a bundle. */
function secretKey(clientSecret: string | undefined, alg: string): VerificationKeys {
  if (clientSecret === undefined) throw new TypeError(`${alg} needs the \`clientSecret\` as its key`)
  return importJwk({ kty: 'oct', k: encodeBase64url(encodeUtf8(clientSecret)) }, { alg })
}

/** Algorithms whose keys the provider publishes. HMAC is left out: with it, anyone who knows the secret can sign. */
function asymmetric({ id_token_signing_alg_values_supported: listed }: ServerMetadata): readonly string[] {
  const algorithms = (listed ?? ['RS256']).filter((alg) => (findJwsRow(alg)?.kty ?? 'oct') !== 'oct') // §2: the default
  if (algorithms.length > 0) return algorithms
  throw new AuthlibError('unsupported_algorithm', 'The provider uses no supported ID Token algorithm', {
    hint: 'If the client is registered for an HMAC algorithm, name it as `idTokenAlg`.',
  })
}
