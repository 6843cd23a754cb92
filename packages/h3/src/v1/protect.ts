/** Protects the routes of a resource. */

import type { Awaitable, CurrentToken, Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken } from '@authlib/core/kit'
import type { ProtectOptions } from '@authlib/node'
import { h3Adapter } from './adapter.ts'
import { eventRequest, type NodeEvent } from './event.ts'

/**
 * Calls a handler for requests that carry a valid token which meets the requirement, and answers the others, as h3 1 has no
 * middleware for one route:
 *
 * ```ts
 * export default defineEventHandler(protect(protector, 'notes:read')((event) => ({ owner: currentToken(event)?.subject })))
 * ```
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): <Event extends NodeEvent, Result>(
  handler: (event: Event) => Awaitable<Result>,
) => (event: Event) => Promise<Result | undefined> {
  return (handler) => async (event) => {
    const request = eventRequest(event, options)
    const { token, headers, refusal } = await admit(protector, request, requirement, options)
    if (refusal) {
      h3Adapter.respond(event, refusal)
      return undefined
    }
    for (const [name, value] of headers) event.node.res.appendHeader(name, value)
    setCurrentToken(event.node.req, token)
    return await handler(event)
  }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>({ node }: NodeEvent): Token | undefined {
  return findToken<Token>(node.req)
}
