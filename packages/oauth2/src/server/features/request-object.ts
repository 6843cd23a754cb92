/**
 * Request objects: the parameters of an authorization request as a JWT that the client has signed.
 *
 * @spec RFC 9101
 * @spec OpenID Connect Core §6
 */

import { Params } from '@authlib/core'
import { refuseUnknownOptions } from '@authlib/core/kit'
import { KeySet, type Jwk, type JwsAlgorithmName, type KeySetLike } from '@authlib/jose'
import { invalidRequest, OAuth2Error } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { Extension, UnresolvedRequest } from '../contract/extension.ts'
import { on } from '../contract/moments.ts'
import { MAX_SIGNED_REQUEST, signedParams, verifySignedRequest } from '../records/signed-request.ts'
import { jwksEndpoint, publishedKeys } from './jwks.ts'

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
  /**
   * Keys to decrypt request objects with. The public halves of a `KeySet`, and their algorithms, are published; those of anything
   * else you have to give to the clients yourself. Default: none is encrypted.
   */
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

const OPTIONS: Readonly<Record<keyof RequestObjectOptions, true>> = {
  required: true,
  algorithms: true,
  byReference: true,
  decryptionKeys: true,
  parameters: true,
  maxLifetime: true,
}

/**
 * Verifies the parameter `request` at the authorization endpoint and in pushed requests, with the keys that the client
 * has registered.
 *
 * @example
 * server.register(requestObject({ required: true }))
 */
export function requestObject(options: RequestObjectOptions = {}): Extension {
  refuseUnknownOptions('requestObject', options, OPTIONS)
  const { required = false, algorithms = DEFAULT_ALGORITHMS, byReference, parameters = 'object' } = options
  const { maxLifetime, decryptionKeys } = options
  const encrypting = encryptionKeys(decryptionKeys)
  return {
    kind: 'extension',
    name: 'request_object',
    ...(encrypting.length > 0 && {
      includes: [jwksEndpoint],
      handlers: [on(publishedKeys, () => ({ keys: encrypting }))],
    }),
    settings: { required, algorithms: [...algorithms], byReference, maxLifetime, parameters },
    metadata: {
      request_parameter_supported: true,
      request_uri_parameter_supported: byReference !== undefined,
      ...(byReference === 'registered' && { require_request_uri_registration: true }),
      request_object_signing_alg_values_supported: [...algorithms],
      ...(encrypting.length > 0 && {
        request_object_encryption_alg_values_supported: [...new Set(encrypting.map(({ alg }) => alg))],
        request_object_encryption_enc_values_supported: ENCRYPTIONS,
      }),
      ...(required && { require_signed_request_object: true }), // RFC 9101 §10.5
    },
    async resolveRequestUri(uri, source) {
      if (byReference === undefined || uri.startsWith('urn:')) return undefined
      if (source.params.has('request')) throw invalidRequest('request and request_uri exclude each other') // §5
      const request = await fetchRequestObject(uri, source, byReference)
      return { via: [], params: source.params.with({ request, request_uri: undefined }) }
    },
    async resolveRequestObject(jwt, source) {
      const own = signedParams(
        await verifySignedRequest(jwt, source, {
          algorithms: algorithmsOf(source.client, algorithms),
          decryptionKeys,
          maxLifetime,
          required: maxLifetime === undefined ? undefined : ['nbf', 'exp'],
        }),
      )
      if (parameters === 'object') return { via: ['signed'], params: Params.of(own) }
      const type = source.params.get('response_type')
      if (type !== undefined && own['response_type'] !== undefined && own['response_type'] !== type) {
        throw invalidRequest('response_type is not that of the request object') // OpenID Connect Core §6.1
      }
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

/** What a client may encrypt to. OpenID Connect Core §10.2 */
function encryptionKeys(keys: KeySetLike | undefined): readonly (Jwk & { readonly alg: string })[] {
  if (!(keys instanceof KeySet)) return []
  return keys.toJSON().keys.flatMap((jwk) => (jwk.alg === undefined ? [] : { use: 'enc', ...jwk, alg: jwk.alg }))
}

/** All of RFC 7518 §5. */
const ENCRYPTIONS = ['A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512', 'A128GCM', 'A192GCM', 'A256GCM'] as const

/** A client that has registered an algorithm uses no other. OpenID Connect Registration §2 */
function algorithmsOf({ metadata }: Client, algorithms: readonly JwsAlgorithmName[]): readonly JwsAlgorithmName[] {
  const registered = metadata['request_object_signing_alg']
  return typeof registered === 'string' ? algorithms.filter((alg) => alg === registered) : algorithms
}

async function fetchRequestObject(
  uri: string,
  { server, client }: UnresolvedRequest,
  mode: 'registered' | 'any',
): Promise<string> {
  const registered = client.metadata['request_uris']
  const [location = ''] = uri.split('#') // the fragment tells caches of a new content (OpenID Connect Core §6.2); we keep none
  const known = Array.isArray(registered) && registered.some((one) => one === uri || one === location)
  if (!/^https:\/\//i.test(uri) || (mode === 'registered' && !known)) {
    throw new OAuth2Error('invalid_request_uri', 'request_uri is not registered for this client')
  }
  const answer = await server.send(location, { maxBody: MAX_SIGNED_REQUEST, timeout: 5 }).catch((cause: unknown) => {
    throw new OAuth2Error('invalid_request_uri', 'request_uri could not be fetched', { cause })
  })
  if (answer.status !== 200) {
    throw new OAuth2Error('invalid_request_uri', 'request_uri could not be fetched', {
      reason: `HTTP status ${answer.status}`,
    })
  }
  return answer.text.trim()
}
