/** Protects the API routes of the pages router. */

import type { CurrentToken, Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken } from '@authlib/core/kit'
import { nodeRequest, type ProtectOptions } from '@authlib/node'
import type { GetServerSidePropsContext, NextApiHandler } from 'next'
import { nextAdapter } from './adapter.ts'

/**
 * Calls a handler for requests that carry a valid token which meets the requirement, and answers the others. In
 * `pages/api/notes.ts`:
 *
 * @example
 * export default protect(protector, 'notes:read')((request, response) => {
 *   response.json({ owner: currentToken(request)?.subject })
 * })
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): <Result>(handler: NextApiHandler<Result>) => NextApiHandler<Result> {
  return (handler) => async (request, response) => {
    const { token, headers, refusal } = await admit(protector, nodeRequest(request, options), requirement, options)
    if (refusal) {
      nextAdapter.respond(response, refusal)
      return
    }
    for (const [name, value] of headers) response.appendHeader(name, value)
    setCurrentToken(request, token)
    await handler(request, response)
  }
}

/** The token that {@link protect} found in the request of an API route, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>(
  request: GetServerSidePropsContext['req'],
): Token | undefined {
  return findToken<Token>(request)
}
