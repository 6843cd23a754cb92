/** Protects the routes of a resource. */

import type { CurrentToken, Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken, type DispatchOptions } from '@authlib/core/kit'
import type { Context, MiddlewareHandler } from 'hono'
import { honoRequest, type HonoRequestOptions } from './request.ts'
import { respond } from './respond.ts'

export interface ProtectOptions extends HonoRequestOptions, DispatchOptions {}

/**
 * Lets requests through that carry a valid token which meets the requirement: `app.get('/notes', protect(protector,
 * 'notes:read'), handler)`. The others are answered. Handlers behind it in the same call find the token with its type in
 * `c.var.token`, and others by {@link currentToken}.
 *
 * @example
 * app.get('/notes', protect(protector, 'notes:read'), (c) => c.json({ owner: c.var.token.subject }))
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): MiddlewareHandler<{ Variables: { token: Token } }> {
  return async (c, next) => {
    const { token, headers, refusal } = await admit(protector, honoRequest(c, options), requirement, options)
    if (refusal) return respond(c, refusal)
    for (const [name, value] of headers) c.header(name, value, { append: true })
    setCurrentToken(c, token) // of the context: middleware may replace the raw request
    c.set('token', token)
    await next()
    return undefined
  }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>(c: Context): Token | undefined {
  return findToken<Token>(c)
}
