/**
 * The response in the fragment of the redirect URI.
 *
 * @spec OAuth 2.0 Multiple Response Types §2.1
 */

import { redirectResponse } from '@authlib/core'
import { addFragment } from '@authlib/core/kit'
import type { ResponseMode } from '../contract/registrable.ts'

/** Answers in the fragment of the redirect URI. OAuth 2.0 Multiple Response Types §2.1. */
export const fragmentMode: ResponseMode = {
  kind: 'response_mode',
  responseMode: 'fragment',
  respond: (params, { redirectUri }) => redirectResponse(addFragment(redirectUri, params)),
}
