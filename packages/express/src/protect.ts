/** Protects the routes of a resource. */

import type { CurrentToken, Protector } from '@authlib/core'
import { currentToken as findToken } from '@authlib/core/kit'
import { protect as protectNode, type ProtectOptions } from '@authlib/node'
import type { Request } from 'express'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** A `RequestHandler` of every route: it leaves the types of parameters, bodies and locals to the route. */
export type Guard = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/**
 * Lets requests through that carry a valid token which meets the requirement: `app.get('/notes', protect(protector,
 * 'notes:read'), handler)`. The others are answered. A body that the protector reads, as that of OAuth 1 does, can be read
 * again behind it. The token is in `request.token` too; `@authlib/express/augment` tells TypeScript.
 *
 * @example
 * app.get('/notes', protect(protector, 'notes:read'), (request, response) => {
 *   response.json({ owner: currentToken(request)?.subject })
 * })
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options?: ProtectOptions,
): Guard {
  const guard = protectNode(protector, requirement, options)
  return (request, response, next) => {
    guard(request, response, () => {
      Object.assign(request, { token: findToken(request) })
      next()
    })
  }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>(request: Request): Token | undefined {
  return findToken<Token>(request)
}
