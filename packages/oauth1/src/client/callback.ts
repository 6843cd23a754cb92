/**
 * The callback: whose it is comes first, before anything in it is believed.
 *
 * @spec RFC 5849 §2.2
 */

import { AuthlibError, constantTimeEqual, type Params } from '@authlib/core'

/** Temporary credentials, between the redirect and the callback. Secret. */
export type OAuth1Login = {
  readonly token: string
  readonly tokenSecret: string
}

/** The temporary token a callback is about. Twitter names it `denied` when the person refused. */
export function callbackToken(params: Params): string | undefined {
  return params.get('oauth_token') ?? params.get('denied')
}

/**
 * The verifier of a callback; undefined when there is none, which only providers without revision A may do.
 *
 * @throws AuthlibError `mismatching_state`, `access_denied`, `invalid_callback`, `missing_verifier`
 */
export function readVerifier(
  params: Params,
  login: OAuth1Login,
  { withoutVerifier }: { readonly withoutVerifier: boolean },
): string | undefined {
  if (['oauth_token', 'oauth_verifier'].some((name) => params.repeated.includes(name))) {
    throw new AuthlibError('invalid_callback', 'The callback is not a valid answer', {
      status: 400,
      reason: 'a parameter came twice',
    })
  }
  if (!constantTimeEqual(callbackToken(params) ?? '', login.token)) {
    throw new AuthlibError('mismatching_state', 'This callback belongs to another login', {
      status: 400,
      hint: 'Keep what `createAuthorization` returned for each login apart, and bring it back by its `oauth_token`.',
    })
  }
  const refusal = refusalOf(params)
  if (refusal !== undefined) {
    throw new AuthlibError('access_denied', 'The person or the provider refused', { status: 403, reason: refusal })
  }
  const verifier = params.get('oauth_verifier')
  if (verifier === undefined && !withoutVerifier) {
    throw new AuthlibError('missing_verifier', 'The callback has no verifier', {
      status: 400,
      hint: 'Without one somebody else could have started this login. The provider does not follow RFC 5849 §2.2.',
    })
  }
  return verifier
}

/** RFC 5849 does not say how a refusal is told. These are the ways that providers have. */
function refusalOf(params: Params): string | undefined {
  if (params.has('denied')) return 'denied'
  if (params.get('oauth_verifier') === 'denied') return 'oauth_verifier=denied' // Atlassian
  return params.get('oauth_problem') ?? params.get('error')
}
