/**
 * Asks the authorization server about each token.
 *
 * @spec RFC 7662
 */

import {
  AuthlibError,
  encodeBase64,
  encodeForm,
  encodeFormValue,
  encodeUtf8,
  isSecureTransport,
  parseJson,
  send,
  type Awaitable,
  type Clock,
  type SendResponse,
} from '@authlib/core'
import type { AuthorizationServerMetadata } from '../metadata.ts'
import { cannotValidate, invalidToken } from './bearer-errors.ts'
import { issuerMetadata } from './issuer-metadata.ts'
import { readResourceToken, type ResourceToken, type TokenClaims } from './resource-token.ts'
import { tokenCache } from './token-cache.ts'
import type { TokenValidator, ValidatorEnvironment } from './token-validator.ts'

export interface IntrospectionOptions {
  /** The authorization server. Its metadata names the endpoint, and an `iss` in an answer must equal it. */
  issuer?: string
  /** The introspection endpoint. Default: from the metadata of `issuer`. */
  endpoint?: string
  /** How this resource server is registered at the authorization server. */
  clientId: string
  /** Sent with `clientId` as HTTP Basic, RFC 6749 §2.3.1. */
  clientSecret?: string
  /** Another way to prove who is asking, such as a signed assertion or an access token. */
  clientAuth?: IntrospectionAuth
  /** Audiences to accept, compared exactly. Default: the `resource` of the protector. */
  audience?: string | readonly string[]
  /**
   * Accepts answers without `aud`. Only where the authorization server itself checks that a token is meant for the one who
   * asks (RFC 7662 §4): otherwise a token for another resource opens this one. Default false.
   */
  allowMissingAudience?: boolean
  /**
   * Seconds for which a positive answer is used again, at most until the token expires. A revoked token works that much
   * longer. Default 0: every request asks.
   */
  cacheLifetime?: number
  /** Which tokens to ask about. Default: all. With several authorization servers it keeps the tokens of one from the others. */
  accepts?: (token: string) => boolean
  fetch?: typeof fetch
}

/** What to add to a request so that the endpoint knows who is asking. Client authentication of a client is one. */
export type IntrospectionAuth = (context: IntrospectionAuthContext) => Awaitable<{
  readonly headers?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
}>

/** What client authentication may depend on. */
export interface IntrospectionAuthContext {
  readonly clientId: string
  /** The endpoint that the request goes to. */
  readonly url: string
  readonly metadata: Partial<AuthorizationServerMetadata>
}

/**
 * Validates tokens of any format by token introspection. Fails closed: while the authorization server cannot be asked,
 * requests are answered 503.
 *
 * @throws TypeError when the options do not say where to ask, or who is asking
 */
export function introspection({
  issuer,
  endpoint,
  clientId,
  clientSecret,
  clientAuth = basic(clientSecret),
  audience,
  allowMissingAudience = false,
  cacheLifetime = 0,
  accepts = () => true,
  fetch,
}: IntrospectionOptions): TokenValidator {
  const findMetadata = metadataSource(endpoint, issuer, fetch)
  const cache = tokenCache<ResourceToken>()

  async function ask(token: string, clock: Clock): Promise<ResourceToken | null> {
    const metadata = await findMetadata(clock)
    const { introspection_endpoint: url } = metadata
    if (typeof url !== 'string') throw cannotValidate('the metadata of the issuer names no introspection endpoint')
    const { headers, params } = await clientAuth({ clientId, url, metadata })
    const body = encodeForm({ ...params, token, token_type_hint: 'access_token' }) // §2.1
    return readAnswer(await post(url, body, headers, fetch))
  }

  function check(token: ResourceToken, { resource, clock }: ValidatorEnvironment): void {
    if (token.expiresAt !== undefined && token.expiresAt <= clock()) throw invalidToken('the token has expired')
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
    async validate(text, environment) {
      if (!accepts(text)) return null
      const now = environment.clock()
      const cached = cache.get(text, now)
      const token = cached ?? (await ask(text, environment.clock))
      if (token === null) return null
      check(token, environment)
      const until = Math.min(now + cacheLifetime, token.expiresAt ?? Infinity) // §4: never beyond exp
      if (cached === undefined) cache.set(text, token, until, now)
      return token
    },
  }
}

/** What the endpoint says of an active token; null for every other one. */
function readAnswer({ status, text }: SendResponse): ResourceToken | null {
  if (status >= 500 || status === 429) throw cannotValidate(`the introspection endpoint answered ${status}`)
  if (status !== 200) {
    throw new AuthlibError('introspection_refused', 'The authorization server refused to introspect a token', {
      reason: `the introspection endpoint answered ${status}`,
      hint: 'Check how this resource server is registered there, and how it authenticates.',
    })
  }
  const answer = readObject(text)
  return answer['active'] === true ? readResourceToken(answer) : null // §2.2: the boolean and nothing like it
}

function readObject(text: string): TokenClaims {
  const value = parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as TokenClaims // sound: it was JSON
  throw cannotValidate('the introspection endpoint did not answer with a JSON object')
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw cannotValidate('the introspection endpoint did not answer with JSON', error)
  }
}

async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> | undefined,
  fetch: typeof globalThis.fetch | undefined,
): Promise<SendResponse> {
  const form = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }
  try {
    return await send(url, { headers: { ...form, ...headers }, body, fetch })
  } catch (error) {
    throw cannotValidate('the introspection endpoint cannot be reached', error)
  }
}

function metadataSource(
  endpoint: string | undefined,
  issuer: string | undefined,
  fetch: typeof globalThis.fetch | undefined,
): (clock: Clock) => Awaitable<Partial<AuthorizationServerMetadata>> {
  if (endpoint !== undefined) {
    if (!isSecureTransport(endpoint)) throw new TypeError('endpoint must be https, or http on a loopback host')
    const metadata = { introspection_endpoint: endpoint }
    return () => metadata
  }
  if (issuer === undefined) throw new TypeError('introspection needs an issuer or an endpoint')
  return issuerMetadata(issuer, fetch)
}

function basic(secret: string | undefined): IntrospectionAuth {
  if (secret === undefined) throw new TypeError('introspection needs a clientSecret or a clientAuth')
  return ({ clientId }) => {
    const credentials = `${encodeFormValue(clientId)}:${encodeFormValue(secret)}` // RFC 6749 §2.3.1
    return { headers: { authorization: `Basic ${encodeBase64(encodeUtf8(credentials))}` } }
  }
}
