/** Protects the routes of a resource. */

import { toResponse, type Awaitable, type CurrentToken, type HttpHeader, type Protector } from '@authlib/core'
import { admit, currentToken as findToken, setCurrentToken, type DispatchOptions } from '@authlib/core/kit'
import { addHeaders } from './headers.ts'
import { fetchRequest, type FetchRequestOptions } from './request.ts'

export interface ProtectOptions extends FetchRequestOptions, DispatchOptions {}

/**
 * Calls a handler for requests that carry a valid token which meets the requirement, such as a scope, and answers the
 * others. The handler gets whatever the framework passes behind the request.
 *
 * @example
 * const notes = protect(protector, 'notes:read')((request) => Response.json(currentToken(request)))
 */
export function protect<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  requirement?: NoInfer<Requirement>,
  options?: ProtectOptions,
): <Incoming extends Request, Rest extends readonly unknown[]>(
  handler: (request: Incoming, ...rest: Rest) => Awaitable<Response>,
) => (request: Incoming, ...rest: Rest) => Promise<Response> {
  return (handler) =>
    async (request, ...rest) => {
      const { headers, refusal } = await admitRequest(protector, request, requirement, options)
      return refusal ?? addHeaders(await handler(request, ...rest), headers)
    }
}

/** For frameworks that hand over more than the request: what {@link protect} does before it calls the handler. */
export async function admitRequest<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  request: Request,
  requirement?: NoInfer<Requirement>,
  options: ProtectOptions = {},
): Promise<
  | { readonly token: Token; readonly headers: readonly HttpHeader[]; readonly refusal?: undefined }
  | { readonly token?: undefined; readonly headers: readonly HttpHeader[]; readonly refusal: Response }
> {
  const { token, headers, refusal } = await admit(protector, fetchRequest(request, options), requirement, options)
  if (refusal) return { headers: [], refusal: toResponse(refusal) }
  setCurrentToken(request, token)
  return { token, headers }
}

/** The token that {@link protect} found in the request, in the type of its protector. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows its protector
export function currentToken<Token extends CurrentToken = CurrentToken>(request: Request): Token | undefined {
  return findToken<Token>(request)
}
