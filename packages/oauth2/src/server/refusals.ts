/** What events say about a refusal. */

import type { HttpRequest } from '@authlib/core'
import type { OAuth2Error } from '../errors.ts'
import type { Environment } from './contract/server.ts'

/** On the request itself: a WeakMap with an entry for each request costs the garbage collector more than the request. */
const CLIENT: unique symbol = Symbol('client')

type Noted = HttpRequest & { [CLIENT]?: string | undefined }

/** The client of this request, as far as it is known by now, for the event of a refusal that comes later. */
export function noteClient(http: HttpRequest, clientId: string | undefined): void {
  if (Object.isExtensible(http)) (http as Noted)[CLIENT] = clientId
}

/** See {@link noteClient}. */
export function notedClient(http: HttpRequest): string | undefined {
  return (http as Noted)[CLIENT]
}

/** Emits `authorization.refused`. */
export function reportAuthorizationRefusal(
  server: Pick<Environment, 'emit' | 'clock'>,
  error: OAuth2Error,
  clientId: string | undefined,
): void {
  const at = server.clock()
  server.emit({ type: 'authorization.refused', at, clientId, error: error.code, reason: reasonOf(error) })
}

/** Why, in words for the log: the detail that is not sent, or else what was. */
export function reasonOf({ reason, description }: OAuth2Error): string | undefined {
  return reason ?? (description === '' ? undefined : description)
}
