/**
 * Asks the authorization server about each token.
 *
 * @spec RFC 7662
 * @spec RFC 9701 §4 §5
 */

import { AuthlibError, systemRandom, type Clock, type JsonObject } from '@authlib/core'
import {
  assertSeconds,
  encodeForm,
  frozenCopy,
  isSecureTransport,
  parseJsonObject,
  refuseUnknownOptions,
  send,
  type SendResponse,
} from '@authlib/core/kit'
import type { ClientAuth } from '../client-auth/client-auth.ts'
import { clientSecret as clientSecretAuth } from '../client-auth/client-secret.ts'
import { issuerMetadata, type MetadataSource } from '../issuer-metadata.ts'
import { singleFlight } from '../single-flight.ts'
import { signedAnswers, TOKEN_INTROSPECTION_JWT, type SignedAnswers } from './introspection-signed.ts'
import { cannotLoadMetadata, cannotValidate, invalidToken } from './bearer-errors.ts'
import { CONNECTION, type IssuerConnection } from './published-keys.ts'
import { readResourceToken, type ResourceToken, type TokenClaims } from './resource-token.ts'
import { tokenCache } from './token-cache.ts'
import type { TokenValidator, ValidatorEnvironment } from './token-validator.ts'

export interface IntrospectionOptions extends IssuerConnection {
  /** The authorization server. Its metadata names the endpoint, and an `iss` in an answer must equal it. */
  issuer?: string | undefined
  /** The introspection endpoint. Default: from the metadata of `issuer`. */
  endpoint?: string | undefined
  /** How this resource server is registered at the authorization server. */
  clientId: string
  /** Sent with `clientId` in the header, or in the body where the server only takes it there. RFC 6749 §2.3.1. */
  clientSecret?: string | undefined
  /** Another way to prove who is asking, such as a signed assertion or an access token. */
  clientAuth?: ClientAuth | undefined
  /** Audiences to accept, compared exactly. Default: the `resource` of the protector. */
  audience?: string | readonly string[] | undefined
  /**
   * Accepts answers without `aud`. Only where the authorization server itself checks that a token is meant for the one who
   * asks (RFC 7662 §4): otherwise a token for another resource opens this one. Default false.
   */
  allowMissingAudience?: boolean | undefined
  /**
   * Seconds for which a positive answer is used again, at most until the token expires. A revoked token works that much
   * longer, and requests with a token that is being asked about wait for that answer. Default 0: every request asks.
   */
  cacheLifetime?: number | undefined
  /** Which tokens to ask about. Default: all. With several authorization servers it keeps the tokens of one from the others. */
  accepts?: ((token: string) => boolean) | undefined
  /**
   * Asks for signed answers, and accepts no others (RFC 9701): an answer is then a proof that can be kept. Needs `issuer`.
   * Default: plain JSON.
   */
  signed?: SignedAnswers | true | undefined
}

/**
 * Validates tokens of any format by token introspection. Fails closed: while the authorization server cannot be asked,
 * requests are answered 503.
 *
 * @throws TypeError when the options do not say where to ask, or who is asking
 * @example
 * validators: [introspection({ issuer: 'https://as.example', clientId: 'api', clientSecret })]
 */
export function introspection({
  issuer,
  endpoint,
  clientId,
  clientSecret,
  clientAuth = secretAuth(clientSecret),
  audience,
  allowMissingAudience = false,
  cacheLifetime = 0,
  accepts = () => true,
  signed,
  ...connection
}: IntrospectionOptions): TokenValidator {
  refuseUnknownOptions('introspection', connection, CONNECTION)
  assertSeconds({ cacheLifetime })
  const readSigned = signed && signedAnswers(signed === true ? {} : signed, { issuer, clientId, ...connection })
  const findMetadata = metadataSource(endpoint, issuer, connection)
  const cache = tokenCache<TokenClaims>()
  const flights = new Map<string, Promise<TokenClaims | null>>()

  async function ask(token: string, clock: Clock): Promise<TokenClaims | null> {
    const metadata = await findMetadata(clock)
    const { introspection_endpoint: url } = metadata
    if (url === undefined) throw cannotValidate('the metadata of the issuer names no introspection endpoint')
    const methods =
      metadata.introspection_endpoint_auth_methods_supported ?? metadata.token_endpoint_auth_methods_supported
    const { headers, params } = await clientAuth({ clientId, url, metadata, methods, clock, random: systemRandom })
    const body = encodeForm({ ...params, token, token_type_hint: 'access_token' }) // §2.1
    const accept = readSigned ? TOKEN_INTROSPECTION_JWT : 'application/json'
    const answer = await post(url, body, { accept, ...headers }, connection)
    return readAnswer(readSigned ? await readSigned(answer, clock) : answer)
  }

  function askOnce(token: string, clock: Clock): Promise<TokenClaims | null> {
    return cacheLifetime > 0 ? singleFlight(flights, token, () => ask(token, clock)) : ask(token, clock)
  }

  function check(token: ResourceToken, { resource, clock }: ValidatorEnvironment): void {
    if (token.expiresAt !== undefined && token.expiresAt <= clock()) throw invalidToken('the token has expired')
    checkKind(token)
    if (issuer !== undefined && token.issuer !== undefined && token.issuer !== issuer)
      throw invalidToken('another issuer')
    if (token.audience.length === 0) {
      if (allowMissingAudience) return
      throw invalidToken('the answer names no audience', { hint: 'See `allowMissingAudience`.' })
    }
    const accepted = [audience ?? resource].flat()
    if (!token.audience.some((value) => accepted.includes(value))) throw invalidToken('another audience')
  }

  return {
    issuer,
    async validate(text, environment) {
      if (!accepts(text)) return null
      const now = environment.clock()
      const cached = cache.get(text, now)
      const claims = cached ?? (await askOnce(text, environment.clock))
      if (claims === null) return null
      const token = readResourceToken(claims)
      check(token, environment)
      const until = Math.min(now + cacheLifetime, token.expiresAt ?? Infinity) // §4: never beyond exp
      if (cached === undefined) cache.set(text, claims, until, now)
      return token
    },
  }
}

/**
 * Refuses refresh tokens and ID Tokens that an endpoint calls active. RFC 7662 §2.2 has no member for the kind: some
 * servers tell it by `token_type`, others by members of their own.
 */
function checkKind({ claims }: ResourceToken): void {
  for (const name of ['token_use', 'typ', 'use']) {
    const kind = claims[name]
    if (typeof kind === 'string' && /^(?:refresh|offline|id)(?:[_ -]?token)?$/i.test(kind)) {
      throw invalidToken(`${name} says that it is no access token`)
    }
  }
}

/** What the endpoint says of an active token; null for every other one. */
function readAnswer({ status, text }: SendResponse): TokenClaims | null {
  if (status >= 500 || status === 429) throw cannotValidate(`the introspection endpoint answered ${status}`)
  if (status !== 200) {
    throw new AuthlibError('introspection_refused', 'The authorization server refused to introspect a token', {
      reason: `the introspection endpoint answered ${status}`,
      hint: 'Check how this resource server is registered there, and how it authenticates.',
    })
  }
  const answer = readObject(text)
  if (answer['active'] !== true) return null // §2.2: the boolean and nothing like it
  return frozenCopy(answer) // what is cached serves many requests
}

function readObject(text: string): JsonObject {
  try {
    return parseJsonObject(text) as JsonObject // sound: it was JSON
  } catch (error) {
    throw cannotValidate('the introspection endpoint did not answer with a JSON object', error)
  }
}

async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> | undefined,
  { fetch, timeout, allowInsecureTransport }: IssuerConnection,
): Promise<SendResponse> {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  try {
    return await send(url, { headers: { ...form, ...headers }, body, fetch, timeout, allowInsecureTransport })
  } catch (error) {
    throw cannotValidate('the introspection endpoint cannot be reached', error)
  }
}

function metadataSource(
  endpoint: string | undefined,
  issuer: string | undefined,
  { fetch, timeout, allowInsecureTransport }: IssuerConnection,
): MetadataSource {
  if (endpoint !== undefined) {
    if (!isSecureTransport(endpoint, { allowInsecureTransport }))
      throw new TypeError('endpoint must be https, or http on a loopback host')
    const metadata = { introspection_endpoint: endpoint }
    return () => Promise.resolve(metadata)
  }
  if (issuer === undefined) throw new TypeError('introspection needs an issuer or an endpoint')
  const source = issuerMetadata({ issuer, fetch, timeout, allowInsecureTransport })
  return (clock) => source(clock).catch(cannotLoadMetadata)
}

function secretAuth(secret: string | undefined): ClientAuth {
  if (secret === undefined) throw new TypeError('introspection needs a clientSecret or a clientAuth')
  return clientSecretAuth(secret)
}
