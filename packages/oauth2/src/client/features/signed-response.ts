/**
 * Signed authorization responses: the callback is a JWT of the server, which may be encrypted for the client.
 *
 * @spec JARM §2.2 §2.3 §2.4
 */

import { AuthlibError, Params } from '@authlib/core'
import {
  decodeUnverifiedJwt,
  JoseError,
  remoteKeySet,
  verifyJwt,
  type JwtDecryption,
  type KeySetLike,
} from '@authlib/jose'
import { withParams } from '../authorization.ts'
import type { ClientContext, ClientExtension } from '../extension.ts'

export interface SignedResponseOptions {
  /** How the response comes back. Default `jwt`: in the query. */
  readonly responseMode?: 'jwt' | 'query.jwt' | 'form_post.jwt' | undefined
  /** The `authorization_signed_response_alg` of the registration. Default RS256. */
  readonly alg?: string | undefined
  /** Opens encrypted responses, which then must be encrypted: `decryption(key)` of `@authlib/jose`. Default: none is. */
  readonly decryption?: JwtDecryption | undefined
  /** Seconds by which the clocks may differ. Default 5. */
  readonly leeway?: number | undefined
}

/**
 * Asks for signed responses and takes no other.
 *
 * @throws AuthlibError `invalid_callback` from `finishAuthorization`, with what is wrong in `reason`; `key_set_unavailable`
 */
export function signedResponse({
  responseMode = 'jwt',
  alg = 'RS256',
  decryption,
  leeway = 5,
}: SignedResponseOptions = {}): ClientExtension {
  let keys: { readonly uri: string; readonly set: KeySetLike } | undefined

  async function verify(response: string, client: ClientContext): Promise<Readonly<Record<string, unknown>>> {
    const { clientId, clock, fetch, timeout, addresses } = client
    const { jwks_uri: uri, issuer = '' } = await client.metadata()
    if (uri === undefined) throw new AuthlibError('missing_endpoint', 'The authorization server has no jwks_uri')
    if (keys?.uri !== uri) {
      const limits = { ...(timeout !== undefined && { timeout }), ...(addresses !== undefined && { addresses }) }
      keys = { uri, set: remoteKeySet(uri, { ...(fetch && { fetch }), clock, ...limits }) }
    }
    const audience = clientId
    const policy = { algorithms: [alg], issuer, audience, required: ['iss', 'aud'], clock, leeway, decryption } // §2.4
    try {
      return (await verifyJwt(response, keys.set, policy)).claims
    } catch (error) {
      if (!(error instanceof JoseError) || error.code === 'key_set_unavailable') throw error
      throw invalidCallback(`response: ${error.code} ${error.reason ?? error.claim ?? ''}`.trim(), error)
    }
  }

  return {
    name: 'signed_response',
    authorizing(draft) {
      const given = draft.params['response_mode']
      const params = { ...draft.params, response_mode: undefined }
      const formPost = responseMode === 'form_post.jwt' || given === 'form_post'
      const mode = given === 'form_post' ? 'form_post.jwt' : responseMode
      return { ...withParams({ ...draft, params }, { response_mode: mode }), formPost }
    },
    async loginId(params) {
      const response = params.get('response')
      if (response === undefined) return undefined
      try {
        const signed = decryption === undefined ? response : await decryption.open(response) // §2.2
        const { state } = decodeUnverifiedJwt(signed).claims // only to find the login; `callback` verifies
        return typeof state === 'string' ? state : undefined
      } catch {
        return undefined
      }
    },
    async callback(params, _login, client) {
      const response = params.get('response')
      if (response === undefined) throw invalidCallback('it is not signed') // no one may step down to plain parameters
      const claims = await verify(response, client)
      const texts = Object.entries(claims).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      return Params.of(Object.fromEntries(texts))
    },
  }
}

function invalidCallback(reason: string, cause?: unknown): AuthlibError {
  return new AuthlibError('invalid_callback', 'The callback is not a valid answer', { status: 400, reason, cause })
}
