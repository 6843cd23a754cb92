/** A refusal is an event, once, wherever it was noticed first. */

import type { HttpRequest } from '@authlib/core'
import type { OAuth2Error } from '../errors.ts'
import type { Environment } from './contract/server.ts'

const reported = new WeakSet<OAuth2Error>()

/** On the request itself: a WeakMap with an entry for each request costs the garbage collector more than the request. */
const CLIENT: unique symbol = Symbol('client')

type Noted = HttpRequest & { [CLIENT]?: string }

/** The client that has authenticated with this request, for the event of a refusal that comes later. */
export function noteClient(http: HttpRequest, clientId: string): void {
  if (Object.isExtensible(http)) (http as Noted)[CLIENT] = clientId
}

/** See {@link noteClient}. */
export function notedClient(http: HttpRequest): string | undefined {
  return (http as Noted)[CLIENT]
}

/** Emits `request.refused`, unless someone has told of this error before. */
export function reportRefusal(
  server: Pick<Environment, 'emit' | 'clock'>,
  error: OAuth2Error,
  { endpoint, clientId }: { readonly endpoint: string; readonly clientId: string | undefined },
): void {
  if (reported.has(error)) return
  reported.add(error)
  const { code, reason = error.description === '' ? undefined : error.description } = error
  server.emit({ type: 'request.refused', at: server.clock(), endpoint, clientId, error: code, reason })
}
