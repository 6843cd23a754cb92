/** A request to an API that may have to be sent more than once: after a 401, a nonce challenge or a redirect. */

import { isStream, type ApiCall } from './api-call.ts'
import { becomesGet, unexpectedRedirect } from './redirect.ts'

export interface CallPlan extends ApiCall {
  /** Whether the caller wants redirects to be followed. */
  readonly follows: boolean
  at(url: string): CallPlan
  /** The request that a redirect asks for, without these headers. */
  redirected(status: number, target: URL, without: readonly string[]): CallPlan
}

/** Bytes of the body of a `Request` that are kept for a second attempt. A larger one is sent once, as a stream. */
const KEPT = 64 * 1024

const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location']

/** What `fetch` takes, as a plan. A body is read here only if it is the one of a `Request`, and 64 kB at the most. */
export async function callPlan(input: string | URL | Request, init: RequestInit = {}): Promise<CallPlan> {
  const { body, ...rest } = init
  if (!(input instanceof Request)) return createPlan(new URL(input).href, rest, body ?? null)
  const own = { ...initOf(input), ...rest }
  if ((body !== undefined && body !== null) || input.body === null) return createPlan(input.url, own, body ?? null)
  return createPlan(input.url, own, await keepable(input.body))
}

function createPlan(url: string, init: RequestInit, body: BodyInit | null): CallPlan {
  const { method, headers, redirect } = new Request(url, init) // it normalises
  const stream = isStream(body)
  let spent = false
  return {
    url,
    method,
    headers,
    repeatable: !stream,
    follows: redirect === 'follow',
    request(changes = {}) {
      if (spent) throw unexpectedRedirect('the body is spent: send it to the final URL')
      spent = stream
      return new Request(changes.url ?? url, {
        ...init,
        headers: changes.headers ?? headers,
        redirect: redirect === 'follow' ? 'manual' : redirect,
        body,
        ...(stream && { duplex: 'half' }),
      })
    },
    at: (other) => createPlan(other, init, body),
    redirected(status, target, without) {
      const asGet = becomesGet(method, status)
      if (!asGet && stream) throw unexpectedRedirect('the body is spent: send it to the final URL')
      if (!asGet && body !== null && target.origin !== new URL(url).origin)
        throw unexpectedRedirect('it leads a body to another origin')
      const kept = new Headers(headers)
      for (const name of [...without, ...(asGet ? BODY_HEADERS : [])]) kept.delete(name)
      return createPlan(target.href, { ...init, headers: kept, ...(asGet && { method: 'GET' }) }, asGet ? null : body)
    },
  }
}

/** The members of a request that a new one needs, except the body. Defaults are left out: some runtimes refuse them. */
function initOf(request: Request): RequestInit {
  const { method, headers, signal, redirect } = request
  const further = Object.entries(DEFAULTS)
    .map(([name, usual]) => [name, (request as unknown as Record<string, unknown>)[name], usual] as const) // sound: read as unknown
    .filter(([, value, usual]) => value !== undefined && value !== usual)
    .map(([name, value]) => [name, value] as const)
  return { method, headers, signal, redirect, ...Object.fromEntries(further) }
}

const DEFAULTS = {
  cache: 'default',
  credentials: 'same-origin',
  integrity: '',
  keepalive: false,
  mode: 'cors',
  referrer: 'about:client',
  referrerPolicy: '',
}

/** The whole body when it is small, otherwise the stream as it was. */
async function keepable(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<BodyInit> {
  const reader = stream.getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for (let size = 0; size <= KEPT;) {
    const { done, value } = await reader.read()
    if (done) return new Blob(chunks)
    chunks.push(value)
    size += value.length
  }
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const chunk = chunks.shift()
      const { done, value } = chunk === undefined ? await reader.read() : { done: false, value: chunk }
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
