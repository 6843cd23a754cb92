/** Requests of a client as spans, by the semantic conventions of HTTP clients. */

import type { ApiFetch } from '../api-fetch.ts'
import { CLIENT, errorType, fail, type SpanStart, type TracerLike } from './tracer.ts'

const METHODS = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/

/**
 * A `fetch` that makes a span of each request, until the headers of the answer are there. Give it to a client, a registry or
 * `outgoing` of a server. It sends what it was given: no header is added.
 *
 * Attributes are `http.request.method`, `server.address`, `server.port`, `url.scheme`, `http.response.status_code` and
 * `error.type`. Paths and queries are left out (`url.full` too), as they carry codes, tokens and names of people.
 *
 * `fetch` sends the requests. Default: the one of the runtime. Together with `publicAddresses`, as in `outgoing`, any `fetch`
 * of yours has names looked up before the call instead of at the socket.
 *
 * @example
 * new OAuth({ adapter, secrets, fetch: traceFetch(trace.getTracer('auth')) })
 */
export function traceFetch(tracer: TracerLike, fetch?: typeof globalThis.fetch): ApiFetch {
  return (input, init) => {
    const { url, method = 'GET' } = input instanceof Request ? input : { url: input }
    const start = { kind: CLIENT, attributes: describe(url, init?.method ?? method) }
    return tracer.startActiveSpan(String(start.attributes['http.request.method']), start, async (span) => {
      try {
        const response = await (fetch ?? globalThis.fetch)(input, init)
        const { status } = response
        if (status > 0) span.setAttribute('http.response.status_code', status) // 0: a redirect that a browser hides
        if (status >= 400) fail(span, String(status))
        return response
      } catch (error) {
        fail(span, errorType(error))
        throw error
      } finally {
        span.end()
      }
    })
  }
}

function describe(target: string | URL, method: string): SpanStart['attributes'] {
  const name = method.toUpperCase()
  const request = { 'http.request.method': METHODS.test(name) ? name : '_OTHER' }
  if (!URL.canParse(target)) return request // relative to a page
  const { hostname, port, protocol } = new URL(target)
  return {
    ...request,
    'server.address': hostname,
    'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    'url.scheme': protocol.slice(0, -1),
  }
}
