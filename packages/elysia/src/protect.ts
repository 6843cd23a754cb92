/** Protects the routes of a resource. */

import type { CurrentToken, Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken } from '@authlib/core/kit'
import type { ProtectOptions } from '@authlib/fetch'
import { addTo } from './headers.ts'
import { elysiaRequest, type ElysiaContext } from './request.ts'
import { respond } from './respond.ts'

/**
 * A hook that lets requests through that carry a valid token which meets the requirement, and answers the others:
 * `app.get('/notes', handler, { beforeHandle: protect(protector, 'notes:read') })`.
 *
 * @example
 * app.get('/notes', handler, { beforeHandle: protect(protector, 'notes:read') })
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): (context: ElysiaContext) => Promise<Response | undefined> {
  return async (context) => {
    const request = elysiaRequest(context, options)
    const { token, headers, refusal } = await admit(protector, request, requirement, options)
    if (refusal) return respond(context, refusal)
    addTo(context.set, headers)
    setCurrentToken(context.request, token)
    return undefined
  }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>({
  request,
}: Pick<ElysiaContext, 'request'>): Token | undefined {
  return findToken<Token>(request)
}
