/**
 * Request objects: the parameters of an authorization request as a JWT that the client has signed.
 *
 * @spec RFC 9101
 * @spec OpenID Connect Core §6
 */

import { Params, type ParamValues } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import {
  decodeUnverifiedJwt,
  decryption,
  JoseError,
  requestObjectPolicy,
  verifyJwt,
  type JwsAlgorithmName,
  type JwtClaims,
  type KeySetLike,
} from '@authlib/jose'
import { invalidRequest, OAuth2Error } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { Extension, UnresolvedRequest } from '../contract/extension.ts'
import { clientKeys } from '../records/client-keys.ts'

export interface RequestObjectOptions {
  /**
   * Refuses requests without a signed request object, for every client. Default false: then only clients that are
   * registered with `require_signed_request_object` must sign.
   */
  readonly required?: boolean | undefined
  /** Signature algorithms that are accepted. Default ES256, ES384, EdDSA, PS256 and RS256. */
  readonly algorithms?: readonly JwsAlgorithmName[] | undefined
  /**
   * Accepts a `request_uri` that points to a request object: `registered` for the URLs in the client's `request_uris`,
   * `any` for every https URL. It is fetched from public addresses only, without redirects. Default: not accepted.
   */
  readonly byReference?: 'registered' | 'any' | undefined
  /** Keys to decrypt request objects with. Publish their public halves with `encryption`. Default: none is encrypted. */
  readonly decryptionKeys?: KeySetLike | undefined
  /**
   * What counts when a request object is there. `object`: its parameters alone (RFC 9101 §6.3). `merged`: parameters beside
   * it count too where the object has none of that name (OpenID Connect Core §6.1). Default `object`.
   */
  readonly parameters?: 'object' | 'merged' | undefined
  /** Longest time in seconds between `nbf` and `exp`. FAPI 2.0 wants 3600; then both claims are required. Default: any. */
  readonly maxLifetime?: number | undefined
}

const DEFAULT_ALGORITHMS: readonly JwsAlgorithmName[] = ['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256']
/** Claims about the JWT itself. Everything else is a parameter. */
const OWN_CLAIMS: readonly string[] = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub']
const MAX_SIZE = 65_536

/**
 * Verifies the parameter `request` at the authorization endpoint and in pushed requests, with the keys that the client
 * has registered.
 *
 * @example
 * server.register(requestObject({ required: true }))
 */
export function requestObject(options: RequestObjectOptions = {}): Extension {
  const { required = false, algorithms = DEFAULT_ALGORITHMS, byReference, maxLifetime, parameters = 'object' } = options
  return {
    kind: 'extension',
    name: 'request_object',
    settings: { required, algorithms: [...algorithms], byReference, maxLifetime, parameters },
    metadata: {
      request_parameter_supported: true,
      request_uri_parameter_supported: byReference !== undefined,
      ...(byReference === 'registered' && { require_request_uri_registration: true }),
      request_object_signing_alg_values_supported: [...algorithms],
      ...(required && { require_signed_request_object: true }), // RFC 9101 §10.5
    },
    async resolveRequestUri(uri, source) {
      if (byReference === undefined || uri.startsWith('urn:')) return undefined
      if (source.params.has('request')) throw invalidRequest('request and request_uri exclude each other') // §5
      const request = await fetchRequestObject(uri, source, byReference)
      return { via: [], params: source.params.with({ request, request_uri: undefined }) }
    },
    async resolveRequestObject(jwt, source) {
      const claims = await verify(jwt, source, { ...options, algorithms })
      const own = paramsOf(claims)
      if (parameters === 'object') return { via: ['signed'], params: Params.of(own) }
      const beside = Object.fromEntries([...source.params.names()].map((name) => [name, source.params.all(name)]))
      return { via: ['signed'], params: Params.of({ ...beside, request: undefined, ...own }) }
    },
    validateAuthorizationRequest({ kind, via, client }) {
      if (kind !== 'authorization' || via.includes('signed')) return
      if (required || client.metadata['require_signed_request_object'] === true) {
        throw invalidRequest('a signed request object is required') // §10.5
      }
    },
  }
}

async function verify(
  jwt: string,
  { server, client }: UnresolvedRequest,
  { algorithms, decryptionKeys, maxLifetime }: RequestObjectOptions & { algorithms: readonly JwsAlgorithmName[] },
): Promise<JwtClaims> {
  const keys = clientKeys(server, client)
  if (!keys) throw invalidRequestObject('the client has registered no keys')
  const encrypted = jwt.split('.').length === 5
  if (encrypted && !decryptionKeys) throw invalidRequestObject('encrypted request objects are not accepted')
  try {
    const { claims } = await verifyJwt(jwt, keys, {
      ...requestObjectPolicy({
        clientId: client.clientId,
        audience: server.issuer,
        algorithms: algorithmsOf(client, algorithms),
        leeway: 10, // FAPI 2.0 Security Profile §5.3.2.1
        clock: server.clock,
      }),
      maxSize: MAX_SIZE,
      ...(encrypted && decryptionKeys && { decryption: decryption(decryptionKeys) }),
      ...(maxLifetime !== undefined && { required: ['nbf', 'exp'] }),
    })
    if ('request' in claims || 'request_uri' in claims) throw invalidRequestObject('it names another request') // §4
    const { nbf = 0, exp = 0 } = claims
    if (maxLifetime !== undefined && exp - nbf > maxLifetime) throw invalidRequestObject('it lives too long')
    return claims
  } catch (error) {
    if (!(error instanceof JoseError) || error.status >= 500) throw error
    throw invalidRequestObject('', { reason: reasonOf(error, jwt), cause: error })
  }
}

/** A client that has registered an algorithm uses no other. OpenID Connect Registration §2 */
function algorithmsOf({ metadata }: Client, algorithms: readonly JwsAlgorithmName[]): readonly JwsAlgorithmName[] {
  const registered = metadata['request_object_signing_alg']
  return typeof registered === 'string' ? algorithms.filter((alg) => alg === registered) : algorithms
}

/** Lists of strings, such as of `resource`, are parameters that repeat; other JSON travels as its text. §4 */
function paramsOf(claims: JwtClaims): ParamValues {
  const values: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(claims)) {
    if (OWN_CLAIMS.includes(name) || value === undefined || value === null) continue
    if (typeof value === 'string') values[name] = value
    else if (Array.isArray(value) && value.every((one) => typeof one === 'string')) values[name] = value
    else values[name] = JSON.stringify(value)
  }
  return values
}

async function fetchRequestObject(
  uri: string,
  { server, client }: UnresolvedRequest,
  mode: 'registered' | 'any',
): Promise<string> {
  const registered = client.metadata['request_uris']
  const [location = '', fragment] = uri.split('#')
  const known = Array.isArray(registered) && registered.some((one) => one === uri || one === location)
  if (!/^https:\/\//i.test(uri) || (mode === 'registered' && !known)) {
    throw new OAuth2Error('invalid_request_uri', 'request_uri is not registered for this client')
  }
  const answer = await server.send(location, { maxBody: MAX_SIZE, timeout: 5 }).catch((cause: unknown) => {
    throw new OAuth2Error('invalid_request_uri', 'request_uri could not be fetched', { cause })
  })
  if (answer.status !== 200) {
    throw new OAuth2Error('invalid_request_uri', 'request_uri could not be fetched', {
      reason: `HTTP status ${answer.status}`,
    })
  }
  const jwt = answer.text.trim()
  // A hash of the content in the fragment says that it has not changed. OpenID Connect Core §6.2
  if (fragment?.length === 43 && fragment !== (await sha256Base64url(jwt))) {
    throw new OAuth2Error('invalid_request_uri', 'request_uri has changed its content')
  }
  return jwt
}

/** RFC 9101 §7 */
function invalidRequestObject(description: string, options?: { reason?: string; cause?: unknown }): OAuth2Error {
  return new OAuth2Error('invalid_request_object', description, options)
}

/** For the log of the operator: what the JWT says, next to what was wrong with it. */
function reasonOf(error: JoseError, jwt: string): string {
  const what = error.reason === undefined ? error.code : `${error.code}: ${error.reason}`
  try {
    const { header, claims } = decodeUnverifiedJwt(jwt, { maxSize: MAX_SIZE })
    return `${what} (alg ${header.alg}, iss ${claims.iss}, aud ${JSON.stringify(claims.aud)})`
  } catch {
    return what
  }
}
