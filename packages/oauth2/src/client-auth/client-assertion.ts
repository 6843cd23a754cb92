/**
 * Client authentication by a signed assertion.
 *
 * @spec RFC 7523 §2.2 §3
 * @spec OpenID Connect Core 1.0 §9
 */

import { AuthlibError, randomToken } from '@authlib/core'
import { encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import { importJwk, signJwt, type Key } from '@authlib/jose'
import type { ClientAuth, ClientAuthContext } from './client-auth.ts'

export interface ClientAssertionOptions {
  /** Default: the issuer of the server, or the URL of the endpoint where it has none. */
  readonly audience?: string | undefined
  /** Seconds that an assertion is good for. Default 60. */
  readonly lifetime?: number | undefined
}

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * `private_key_jwt`: the server knows the public half. A fresh assertion is signed for each attempt.
 *
 * @throws AuthlibError `unsupported_client_auth`, from the request, when the server does not take it
 * @example
 * new OAuth2Client({ issuer, clientId, clientAuth: privateKeyJwt(await importKey(pem, { alg: 'ES256' })) })
 */
export function privateKeyJwt(key: Key, options: ClientAssertionOptions = {}): ClientAuth {
  if (!key.isPrivate || key.kty === 'oct') throw new TypeError('private_key_jwt needs a private key')
  return async (context) => {
    assertTaken('private_key_jwt', context)
    return assertionOf(key, context, options)
  }
}

/**
 * `client_secret_jwt`: the secret signs and is never sent.
 *
 * @throws AuthlibError `unsupported_client_auth`, from the request, when the server does not take it
 */
export function clientSecretJwt(
  secret: string,
  {
    alg = 'HS256',
    ...options
  }: ClientAssertionOptions & { readonly alg?: 'HS256' | 'HS384' | 'HS512' | undefined } = {},
): ClientAuth {
  const key = importJwk({ kty: 'oct', k: encodeBase64url(encodeUtf8(secret)) }, { alg })
  return async (context) => {
    assertTaken('client_secret_jwt', context)
    return assertionOf(key, context, options)
  }
}

async function assertionOf(
  key: Key,
  { clientId, url, metadata, clock, random }: ClientAuthContext,
  { audience = metadata.issuer ?? url, lifetime = 60 }: ClientAssertionOptions,
): Promise<Awaited<ReturnType<ClientAuth>>> {
  const now = clock()
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: audience,
    jti: randomToken(random),
    iat: now,
    exp: now + lifetime,
  }
  const client_assertion = await signJwt(claims, key, { typ: 'JWT' })
  return { params: { client_id: clientId, client_assertion_type: TYPE, client_assertion } }
}

function assertTaken(method: string, { methods }: ClientAuthContext): void {
  if (methods === undefined || methods.includes(method)) return
  throw new AuthlibError('unsupported_client_auth', `The authorization server takes no ${method}`, {
    hint: `It takes ${methods.join(', ')}: see the \`…_auth_methods_supported\` of its metadata.`,
  })
}
