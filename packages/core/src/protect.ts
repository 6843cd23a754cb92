/** What an adapter needs to protect a route, whatever the protocol. */

import type { CurrentToken } from './current-token.ts'
import type { HttpHeader, HttpRequest, HttpResponse } from './http.ts'

/** A resource protector of any protocol is one. */
export interface Protector<Token extends CurrentToken = CurrentToken, Requirement = unknown> {
  /** The token of the request. Throws when there is none, or it does not meet the requirement, such as a scope. */
  protect(request: HttpRequest, requirement?: Requirement): Promise<Token>
  /** The answer to what `protect` threw. */
  respond(error: unknown): HttpResponse
  /** Headers that the answer to an accepted request carries too, such as the next DPoP nonce. */
  acceptedHeaders?(request: HttpRequest): readonly HttpHeader[]
}
