/**
 * Signed authorization requests: the parameters as a JWT of the client, which no one on the way can change.
 *
 * @spec RFC 9101 §4 §5 §6.1
 * @spec OpenID Connect Core 1.0 §6.1
 * @spec CIBA Core §7.1.1
 */

import { randomToken, type Awaitable, type Json, type ParamValues } from '@authlib/core'
import { signJwt, type Key } from '@authlib/jose'
import type { ClientContext, ClientExtension } from '../extension.ts'

export interface SignedRequestOptions {
  /** Seconds that the request is good for. Default 300. */
  readonly lifetime?: number | undefined
  /** Default: the issuer. */
  readonly audience?: string | undefined
  /** Encrypts the signed request for the server: `(request) => encryptJwt(request, keyOfServer)` of `@authlib/jose`. §6.1 */
  readonly encrypt?: ((request: string) => Awaitable<string>) | undefined
}

/** Parameters that are JSON in a request object. §4 */
const JSON_PARAMS = ['claims', 'authorization_details', 'registration']
const NUMBERS = ['max_age']

/**
 * Signs every authorization request, and those of `backchannelAuthentication`. With `pushedAuthorization()`, the signed request
 * is pushed.
 *
 * @example
 * new OpenIDClient({ issuer, clientId, clientAuth: privateKeyJwt(key), extensions: [signedRequest(key)] })
 */
export function signedRequest(
  key: Key,
  { lifetime = 300, audience, encrypt }: SignedRequestOptions = {},
): ClientExtension {
  const sign = async (
    params: ParamValues,
    url: string,
    { clientId, issuer, clock, random }: ClientContext,
  ): Promise<string> => {
    const now = clock()
    const times = { iat: now, nbf: now, exp: now + lifetime, jti: randomToken(random) }
    const claims = { ...claimsOf(params), iss: clientId, aud: audience ?? issuer ?? url, ...times }
    const signed = await signJwt(claims, key, { typ: 'oauth-authz-req+jwt' }) // §10.8
    return encrypt === undefined ? signed : encrypt(signed)
  }

  return {
    name: 'signed_request',
    authorizingPhase: 'sign',
    async authorizing(draft, _options, client) {
      const request = await sign(draft.params, draft.url, client)
      const beside = (await isPushed(client)) ? {} : besideOf(draft.params) // RFC 9126 §3: none beside it there
      return { ...draft, params: { client_id: client.clientId, ...beside, request } }
    },
    async send(request, next, client) {
      if (request.endpoint !== 'backchannel_authentication_endpoint') return next(request)
      return next({ ...request, params: { request: await sign(request.params, request.url, client) } }) // CIBA: no others beside it
    },
  }
}

async function isPushed({ extensions, metadata }: ClientContext): Promise<boolean> {
  if (extensions.some(({ authorizingPhase }) => authorizingPhase === 'push')) return true
  return (await metadata())['require_pushed_authorization_requests'] === true
}

/** What an OpenID Connect request also says in the open, so that it is an OAuth request for `openid`. Core §6.1 */
function besideOf({ response_type, scope }: ParamValues): ParamValues {
  return String(scope).split(' ').includes('openid') ? { response_type, scope } : {}
}

function claimsOf(params: ParamValues): Record<string, Json> {
  const claims: Record<string, Json> = {}
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue
    if (typeof value !== 'string') claims[name] = value.length === 1 ? value[0]! : [...value]
    else if (JSON_PARAMS.includes(name))
      claims[name] = JSON.parse(value) as Json // sound: JSON has no other types
    else claims[name] = NUMBERS.includes(name) ? Number(value) : value
  }
  return claims
}
