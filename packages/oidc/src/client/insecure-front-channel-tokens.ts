/**
 * Access tokens through the browser.
 *
 * @spec OAuth 2.0 Multiple Response Types §5
 */

import { AuthlibError } from '@authlib/core'
import { decodeUnverifiedJwt } from '@authlib/jose'
import type { ClientExtension } from '@authlib/oauth2/client'
import { invalidIdToken } from './id-token.ts'

/** The name of the extension. */
export const TOKENS = 'insecure_front_channel_tokens'

/**
 * Asks for an access token in the callback as well: `id_token token` with `idTokenLogin`, `code id_token token` with
 * `responseType: 'code id_token'`, else `code token`. Such a token was seen by the browser and whatever runs in it: RFC 9700
 * §2.1.2 says not to. For providers that know nothing else. Clients that get a code use the token of the token endpoint, and
 * check this one by its `at_hash`.
 *
 * @example
 * const client = new IdTokenClient({ issuer, clientId, extensions: [insecureFrontChannelTokens()] })
 */
export function insecureFrontChannelTokens(): ClientExtension {
  return {
    name: TOKENS,
    authorizing(draft) {
      const response_type = `${String(draft.params['response_type'])} token`
      return { ...draft, params: { ...draft.params, response_type, response_mode: 'form_post' }, formPost: true }
    },
    callback(params) {
      if (params.has('error')) return params
      if (params.get('access_token') === undefined) {
        throw new AuthlibError('invalid_callback', 'The callback is not a valid answer', {
          status: 400,
          reason: 'it has no access token',
        })
      }
      const idToken = params.get('id_token')
      if (idToken !== undefined && params.has('code') && !hasHash(idToken)) throw invalidIdToken('there is no at_hash') // Core §3.3.2.9
      return params
    },
  }
}

/** Of an ID Token that the client validated before. One that is encrypted cannot be read here. */
function hasHash(idToken: string): boolean {
  try {
    return typeof decodeUnverifiedJwt(idToken).claims['at_hash'] === 'string'
  } catch {
    return false
  }
}
