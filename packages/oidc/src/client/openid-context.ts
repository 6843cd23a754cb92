/** What the functions beside an OpenID client need of it, such as `fetchUserinfo`. */

import { verifyJwt, type JwtDecryption, type JwtPolicy, type VerifiedJwt } from '@authlib/jose'
import type { ClientContext, Issuers, TokenClient } from '@authlib/oauth2/client'
import type { ProviderKeys } from './provider-keys.ts'

/** What a client knows of its provider besides the metadata. */
export interface OpenIDContext {
  /** What ID Tokens and signed answers may name as their issuer. */
  readonly issuers: Issuers
  /** Seconds by which the clocks may differ. */
  readonly leeway: number
  /** Audiences that are trusted beside the client. Undefined: any, when `azp` is the client. */
  readonly trustedAudiences?: readonly string[] | undefined
  readonly idTokenAlg?: string | undefined
  readonly userinfoAlg?: string | undefined
  readonly idTokenDecryption?: JwtDecryption | undefined
  readonly userinfoDecryption?: JwtDecryption | undefined
  /** The keys and algorithms of the provider: those of the registered algorithm, or what the metadata lists. */
  readonly keys: ProviderKeys
}

/** A client of an OpenID provider. Every `OpenIDClient` is one. */
export interface ProviderClient extends Pick<TokenClient, 'context'> {
  readonly openid: OpenIDContext
}

/** What a ready policy of a JWT needs to know of the client. */
export interface ProviderPolicyOptions {
  readonly issuer: string
  readonly clientId: string
  readonly algorithms: readonly string[]
  readonly clock: ClientContext['clock']
  readonly leeway: number
}

/**
 * Verifies what else the provider signs, such as logout tokens: `policy` is a ready policy of `@authlib/jose`. What is encrypted
 * is opened as ID Tokens are; what is signed alone is accepted too.
 *
 * @throws JoseError
 * @example
 * const { claims } = await verifyProviderJwt(client, jwt, logoutTokenPolicy)
 */
export async function verifyProviderJwt(
  { context, openid }: ProviderClient,
  jwt: string,
  policy: (options: ProviderPolicyOptions) => JwtPolicy,
): Promise<VerifiedJwt> {
  const { clientId, clock } = context
  const { issuers, leeway, idTokenAlg, idTokenDecryption } = openid
  const { algorithms, keys } = await openid.keys(context, idTokenAlg)
  const isEncrypted = jwt.split('.', 5).length === 5
  const signed = isEncrypted && idTokenDecryption !== undefined ? await idTokenDecryption.open(jwt) : jwt
  return verifyJwt(signed, keys, policy({ issuer: [issuers].flat()[0]!, clientId, algorithms, clock, leeway }))
}
