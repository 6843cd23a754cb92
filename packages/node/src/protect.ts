/** Protects the routes of a resource. */

import type { CurrentToken, Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken, type DispatchOptions } from '@authlib/core/kit'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { nodeRequest, type NodeRequestOptions } from './request.ts'
import { deliver } from './send.ts'

export interface ProtectOptions extends NodeRequestOptions, DispatchOptions {}

/**
 * Calls `next` for requests that carry a valid token which meets the requirement, such as a scope, and answers the
 * others. A body that the protector reads, as that of OAuth 1 does, can be read again behind it.
 *
 * @example
 * const guard = protect(protector, 'notes:read')
 * guard(request, response, () => response.end('notes'))
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): (incoming: IncomingMessage, outgoing: ServerResponse, next: () => void) => void {
  return (incoming, outgoing, next) => {
    void admit(protector, nodeRequest(incoming, options), requirement, options).then(({ token, headers, refusal }) => {
      if (refusal) {
        deliver(outgoing, refusal, options.onError)
        return
      }
      for (const [name, value] of headers) outgoing.appendHeader(name, value)
      setCurrentToken(incoming, token)
      next()
    })
  }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>(incoming: IncomingMessage): Token | undefined {
  return findToken<Token>(incoming)
}
