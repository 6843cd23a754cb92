/** Events as spans. */

import { errorType, fail, INTERNAL, isWord, type SpanStart, type TracerLike } from './tracer.ts'

/** An event of a server, of OAuth 2 or OAuth 1. */
export interface TracedEvent {
  readonly type: string
}

/** The members that are shown, of any event: names from the configuration, and never what identifies a person. */
const SHOWN: Readonly<Record<string, string>> = {
  clientId: 'authlib.client_id',
  grantType: 'authlib.grant_type',
  endpoint: 'authlib.endpoint',
  cause: 'authlib.cause',
  name: 'authlib.delivery',
}

/** Refusals before the client was known: `clientId` and `grantType` are text of a stranger then, perhaps a secret in the wrong place. */
const UNKNOWN_CLIENT = ['client.refused', 'invalid_client', 'invalid_request', 'temporarily_unavailable']

/**
 * A listener for `onEvent` that makes a short span of each event, named by its type, inside of the span that is active: the one
 * of the request. Refusals and failures have the status ERROR, and the code as `error.type`.
 *
 * Attributes are `authlib.client_id`, `authlib.grant_type`, `authlib.endpoint`, `authlib.cause` and `authlib.delivery`: never
 * a subject, a scope, a reason or the message of an error. Of events of your own, members with the names of ours are shown.
 *
 * @example
 * new AuthorizationServer({ issuer, store, secrets, onEvent: traceEvents(trace.getTracer('auth')) })
 */
export function traceEvents(tracer: TracerLike): (event: TracedEvent) => void {
  return (event) => {
    const { type, error, ...members } = event as TracedEvent & Readonly<Record<string, unknown>> // looked at by name
    const code = isWord(error) && type !== 'server.error' ? error : undefined // there, anything that was thrown
    const span = tracer.startSpan(type, { kind: INTERNAL, attributes: attributesOf(type, members, code ?? type) })
    if (error !== undefined) fail(span, code ?? errorType(error))
    else if (/\.(refused|failed)$/.test(type)) fail(span, type)
    span.end()
  }
}

function attributesOf(
  type: string,
  members: Readonly<Record<string, unknown>>,
  outcome: string,
): SpanStart['attributes'] {
  const attributes: SpanStart['attributes'] = {}
  for (const [member, name] of Object.entries(SHOWN)) {
    const value = members[member]
    if (typeof value !== 'string') continue
    if (member === 'name' && !type.startsWith('delivery.')) continue // elsewhere perhaps of a person
    if (member === 'clientId' && UNKNOWN_CLIENT.includes(outcome)) continue
    if (member === 'grantType' && [...UNKNOWN_CLIENT, 'unsupported_grant_type'].includes(outcome)) continue
    attributes[name] = value.replace(/\?.*/s, '') // the URL of a metadata document may have a query
  }
  return attributes
}
