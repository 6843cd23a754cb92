/**
 * A token for a SAML 2.0 assertion, of an identity provider that both sides trust.
 *
 * @spec RFC 7522 §2.1
 */

import type { CallOptions } from '@authlib/core'
import { encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import type { TokenClient } from '../token-client.ts'
import type { Token } from '../token.ts'

export interface Saml2BearerOptions extends CallOptions {
  /** One `<Assertion>` as XML, signed as the identity provider has signed it: not a character may change. */
  readonly assertion: string
  readonly scope?: readonly string[] | undefined
  /** RFC 8707. */
  readonly resource?: readonly string[] | undefined
}

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:saml2-bearer'

/**
 * A token by the SAML 2.0 bearer grant. The client authenticates as ever: the assertion is about the person.
 *
 * @throws OAuth2ClientError `invalid_grant` and what else the server answers
 * @example
 * const token = await saml2Bearer(client, { assertion: '<saml:Assertion …', scope: ['read'] })
 */
export function saml2Bearer(
  client: TokenClient,
  { assertion, scope, resource, signal }: Saml2BearerOptions,
): Promise<Token> {
  const params = { assertion: encodeBase64url(encodeUtf8(assertion)) }
  return client.exchange(GRANT_TYPE, { scope, resource, params, signal })
}
