/** Protects the routes of a resource. */

import type { CurrentToken, Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken } from '@authlib/core/kit'
import type { ProtectOptions } from '@authlib/node'
import type { Context, Middleware } from 'koa'
import { koaRequest } from './request.ts'
import { respond } from './respond.ts'

/**
 * Lets requests through that carry a valid token which meets the requirement, and answers the others. The token is in
 * `ctx.state.token`, typed for what is chained behind it, and {@link currentToken} finds it everywhere. With a router: `router.get('/notes', protect(protector,
 * 'notes:read'), handler)`.
 *
 * @example
 * router.get('/notes', protect(protector, 'notes:read'), handler)
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): Middleware<{ token: Token }> {
  return async (ctx, next) => {
    const { token, headers, refusal } = await admit(protector, koaRequest(ctx, options), requirement, options)
    if (refusal) {
      respond(ctx, refusal)
      return
    }
    for (const [name, value] of headers) ctx.append(name, value)
    setCurrentToken(ctx.req, token) // of the message: wrappers of `ctx` share it
    ctx.state.token = token
    await next()
  }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>(ctx: Context): Token | undefined {
  return findToken<Token>(ctx.req)
}
