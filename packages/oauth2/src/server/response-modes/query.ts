/**
 * The response in the query of the redirect URI.
 *
 * @spec RFC 6749 §4.1.2
 */

import { redirectResponse } from '@authlib/core'
import { addQuery } from '@authlib/core/kit'
import type { ResponseMode } from '../contract/registrable.ts'

/** Answers in the query of the redirect URI. RFC 6749 §4.1.2. */
export const queryMode: ResponseMode = {
  kind: 'response_mode',
  responseMode: 'query',
  respond: (params, { redirectUri }) => redirectResponse(addQuery(redirectUri, params)),
}
