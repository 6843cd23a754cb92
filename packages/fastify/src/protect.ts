/** Protects the routes of a resource. */

import type { CurrentToken, Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken } from '@authlib/core/kit'
import type { ProtectOptions } from '@authlib/node'
import type { FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import { fastifyRequest } from './request.ts'
import { append, respond } from './respond.ts'

/**
 * A hook that lets requests through that carry a valid token which meets the requirement, and answers the others:
 * `app.get('/notes', { preHandler: protect(protector, 'notes:read') }, handler)`.
 *
 * @example
 * app.get('/notes', { preHandler: protect(protector, 'notes:read') }, handler)
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    const { token, headers, refusal } = await admit(protector, fastifyRequest(request, options), requirement, options)
    if (refusal) return respond(reply, refusal)
    for (const [name, value] of headers) append(reply, name, value)
    setCurrentToken(request.raw, token) // of the message: it is shared by every view of the request
    return undefined
  }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>(request: FastifyRequest): Token | undefined {
  return findToken<Token>(request.raw)
}
