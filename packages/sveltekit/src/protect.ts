/** Protects the routes of a resource. */

import type { Awaitable, CurrentToken, Protector } from '@authlib/core'
import { currentToken as findToken } from '@authlib/core/kit'
import { addHeaders, admitRequest, type ProtectOptions } from '@authlib/fetch'
import type { EventLike } from './event.ts'

/**
 * Calls a handler for requests that carry a valid token which meets the requirement, and answers the others. The token is in
 * `event.locals.token` too. In `+server.ts`:
 *
 * @example
 * export const GET = protect(protector, 'notes:read')((event) => json({ owner: currentToken(event)?.subject }))
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options?: ProtectOptions,
): <Event extends EventLike>(handler: (event: Event) => Awaitable<Response>) => (event: Event) => Promise<Response> {
  return (handler) => async (event) => {
    const { token, headers, refusal } = await admitRequest(protector, event.request, requirement, options)
    if (refusal) return refusal
    Object.assign(event.locals, { token })
    return addHeaders(await handler(event), headers)
  }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>({
  request,
}: Pick<EventLike, 'request'>): Token | undefined {
  return findToken<Token>(request)
}
