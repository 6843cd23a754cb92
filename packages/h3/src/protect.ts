/** Protects the routes of a resource. */

import type { CurrentToken, Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken } from '@authlib/core/kit'
import { fetchRequest, mergeHeaders, type ProtectOptions } from '@authlib/fetch'
import type { H3Event, Middleware } from 'h3'
import { respond } from './respond.ts'

/**
 * A middleware that lets requests through that carry a valid token which meets the requirement, and answers the others:
 * `app.get('/notes', handler, { middleware: [protect(protector, 'notes:read')] })`.
 *
 * @example
 * app.get('/notes', handler, { middleware: [protect(protector, 'notes:read')] })
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): Middleware {
  return async (event, next) => {
    const request = fetchRequest(event.req, options)
    const { token, headers, refusal } = await admit(protector, request, requirement, options)
    if (refusal) return respond(event, refusal)
    mergeHeaders(event.res.headers, headers)
    setCurrentToken(event.req, token)
    return next()
  }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>(event: H3Event): Token | undefined {
  return findToken<Token>(event.req)
}
