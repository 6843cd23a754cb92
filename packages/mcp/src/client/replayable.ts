/** A request that may have to be sent again after a login. */

export interface Replayable {
  readonly url: string
  /** Whether `next` may be called more than once: the body of a stream is there once. */
  readonly repeatable: boolean
  next(): [input: string, init: RequestInit]
}

/** The body of a `Request` is read here: messages of MCP are small. */
export async function replayable(input: string | URL | Request, init: RequestInit = {}): Promise<Replayable> {
  const url = input instanceof Request ? input.url : new URL(input).href
  const own = input instanceof Request ? await ofRequest(input, init) : init
  return { url, repeatable: !(own.body instanceof ReadableStream), next: () => [url, own] }
}

async function ofRequest(request: Request, init: RequestInit): Promise<RequestInit> {
  const { method, headers, redirect, signal } = request
  const body = init.body ?? (request.body === null ? null : await request.arrayBuffer())
  return { method, headers, redirect, signal, ...init, body }
}
