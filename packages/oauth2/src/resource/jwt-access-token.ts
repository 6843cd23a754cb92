/**
 * Access tokens that are signed JWTs.
 *
 * @spec RFC 9068 §4
 */

import type { Clock } from '@authlib/core'
import {
  accessTokenPolicy,
  decodeUnverifiedJwt,
  findJwsRow,
  JoseError,
  jwsAlgorithms,
  remoteKeySet,
  verifyJwt,
  type JwtPolicy,
  type KeySetLike,
  type VerificationKeys,
} from '@authlib/jose'
import { issuerMetadata } from '../issuer-metadata.ts'
import { cannotLoadMetadata, cannotValidate, invalidToken } from './bearer-errors.ts'
import { readResourceToken, type TokenClaims } from './resource-token.ts'
import type { TokenValidator } from './token-validator.ts'

export interface JwtAccessTokenOptions {
  /** The authorization server, exactly as its tokens name it in `iss`. */
  issuer: string
  /** Audiences to accept, compared exactly. Default: the `resource` of the protector. */
  audience?: string | readonly string[]
  /** Keys the issuer signs with. Default: the key set that its metadata names, loaded at the first token and kept fresh. */
  keys?: VerificationKeys
  /** Algorithms to accept. Default: every asymmetric one. */
  algorithms?: readonly string[]
  /** Seconds by which the clocks of issuer and resource may differ. Default 5. */
  leeway?: number
  /** Loads metadata and keys. */
  fetch?: typeof fetch
}

/**
 * Validates JWT access tokens of one issuer, on the spot. A token of another issuer, or of another format, is left to the
 * next validator. A revoked token stays valid until it expires: keep lifetimes short, or use `introspection`.
 */
export function jwtAccessToken({
  issuer,
  audience,
  keys,
  algorithms = asymmetricAlgorithms(),
  leeway = 5,
  fetch,
}: JwtAccessTokenOptions): TokenValidator {
  const findKeys = keys === undefined ? publishedKeys(issuer, fetch) : () => keys
  return {
    async validate(token, { resource, clock }) {
      if (unverifiedIssuer(token) !== issuer) return null
      const policy = accessTokenPolicy({ issuer, audience: audience ?? resource, algorithms, leeway, clock })
      return readResourceToken(await verify(token, await findKeys(clock), policy))
    },
  }
}

async function verify(token: string, keys: VerificationKeys, policy: JwtPolicy): Promise<TokenClaims> {
  try {
    const { claims } = await verifyJwt<TokenClaims>(token, keys, policy)
    return claims
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    if (error.code === 'key_set_unavailable') throw cannotValidate('the keys of the issuer cannot be loaded', error)
    throw invalidToken(error.reason ?? error.code, { cause: error })
  }
}

/** Who the token says it is from: only to find the validator that will know. */
function unverifiedIssuer(token: string): string | undefined {
  try {
    return decodeUnverifiedJwt(token).claims.iss
  } catch {
    return undefined
  }
}

/** The key set of the issuer; a new one when its metadata moves it. */
function publishedKeys(issuer: string, fetch: typeof globalThis.fetch | undefined) {
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
function asymmetricAlgorithms(): readonly string[] {
  return jwsAlgorithms.filter((alg) => findJwsRow(alg)?.kty !== 'oct')
}
