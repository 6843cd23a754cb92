/**
 * A token for an assertion: of a service account, or of a person whom another issuer vouches for.
 *
 * @spec RFC 7523 §2.1
 */

import { randomToken, type CallOptions, type JsonObject } from '@authlib/core'
import { untilAborted } from '@authlib/core/kit'
import { signJwt, type Key } from '@authlib/jose'
import type { TokenClient } from '../token-client.ts'
import type { Token } from '../token.ts'

export interface JwtBearerOptions extends CallOptions {
  /** An assertion at hand. */
  readonly assertion?: string | undefined
  /** Signs an assertion: for service accounts. */
  readonly key?: Key | undefined
  /** Whom the token is for, as `sub`. Default: the client. */
  readonly subject?: string | undefined
  /** Default: the client. */
  readonly issuer?: string | undefined
  /** Default: the issuer of the server, else its token endpoint. */
  readonly audience?: string | undefined
  /** Seconds that the assertion is good for. Default 60. */
  readonly lifetime?: number | undefined
  /** Further claims of the assertion, such as the `scope` that Google wants there. */
  readonly claims?: JsonObject | undefined
  readonly scope?: readonly string[] | undefined
  /** RFC 8707. */
  readonly resource?: readonly string[] | undefined
}

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/**
 * A token by the JWT bearer grant.
 *
 * @throws TypeError without `assertion` and `key`; OAuth2ClientError `invalid_grant` and what else the server answers
 * @example
 * const session = apiSession(client, { key: 'robot', obtain: () => jwtBearer(client, { key }) })
 */
export async function jwtBearer(client: TokenClient, options: JwtBearerOptions): Promise<Token> {
  const { assertion = await signAssertion(client, options), scope, resource, signal } = options
  return client.exchange(GRANT_TYPE, { scope, resource, params: { assertion }, signal })
}

async function signAssertion(
  { context }: TokenClient,
  { key, subject, issuer, audience, lifetime = 60, claims, signal }: JwtBearerOptions,
): Promise<string> {
  if (key === undefined) throw new TypeError('The JWT bearer grant needs an `assertion`, or a `key` to sign one')
  const { clientId, clock, random } = context
  const metadata = await untilAborted(signal, context.metadata())
  const now = clock()
  return signJwt(
    {
      ...claims,
      iss: issuer ?? clientId,
      sub: subject ?? clientId,
      aud: audience ?? context.issuer ?? metadata.token_endpoint ?? '',
      iat: now,
      exp: now + lifetime,
      jti: randomToken(random),
    },
    key,
  )
}
