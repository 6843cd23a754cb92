/** Every protocol call to another server goes through here: bounded in time and size, never redirected, never repeated. */

import { readBytes } from './body.ts'
import { AuthlibError } from './errors.ts'
import { parseUrl } from './parse-url.ts'
import type { GuardedRequest } from './runtime/runtime.ts'
import { isSecureTransport } from './secure-transport.ts'

/** What `send` calls: any `fetch` is one. */
export type SendFetch = (url: string, init: RequestInit) => Promise<Response>

/**
 * Sends a request to the hosts that may be called, and refuses all others. `fetch` is the one that was given, if any.
 *
 * @throws AuthlibError `forbidden_address`
 */
export type AddressRule = (url: URL, request: GuardedRequest, fetch: SendFetch | undefined) => Promise<Response>

export interface SendOptions {
  /** Default `GET`, with a body `POST`. */
  readonly method?: string | undefined
  /** `user-agent` is `authlib-ts` unless given here. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | URLSearchParams | undefined
  /** Seconds for everything, the body of the answer included. Default 10. */
  readonly timeout?: number | undefined
  /** Most bytes of the answer, after decompression. Default 1 MiB. */
  readonly maxBody?: number | undefined
  /** Default: the one of the runtime. */
  readonly fetch?: SendFetch | undefined
  /** `publicAddresses` for a URL that someone else chose: https only, and no host that is not on the public internet. Default `any`. */
  readonly addresses?: AddressRule | 'any' | undefined
  /** Allows plain http to hosts other than this machine. Default false. */
  readonly allowInsecureTransport?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** An answer, read to its end. */
export interface SendResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * Sends one request and reads the whole answer, whatever its status. Throws `insecure_transport`, `forbidden_address`,
 * `network_error` (its `reason` is what the system calls it), `timeout`, `unexpected_redirect`, `response_too_large`, or
 * the reason of your `signal`.
 */
export async function send(
  url: string | URL,
  {
    body,
    method = body === undefined ? 'GET' : 'POST',
    headers = {},
    timeout = 10,
    maxBody = 1_048_576,
    fetch,
    addresses = 'any',
    allowInsecureTransport = false,
    signal,
  }: SendOptions = {},
): Promise<SendResponse> {
  const target = validateTarget(url, addresses, allowInsecureTransport)
  const controller = new AbortController()
  const over = signal ? AbortSignal.any([controller.signal, signal]) : controller.signal
  const request = {
    method,
    headers: createHeaders(headers, body),
    body: body?.toString() ?? null,
    signal: over,
  }
  const timer = setTimeout(
    () => controller.abort(new AuthlibError('timeout', 'The server did not answer in time', { status: 504 })),
    timeout * 1000,
  )
  const exchange = async (): Promise<SendResponse> => {
    if (addresses !== 'any') return readAnswer(await addresses(target, request, fetch), maxBody)
    return readAnswer(await (fetch ?? globalThis.fetch)(target.href, { ...request, redirect: 'manual' }), maxBody)
  }
  try {
    return await untilAborted(over, exchange()) // a fetch from outside may not heed its signal
  } catch (error) {
    if (error instanceof AuthlibError || signal?.aborted) throw error
    throw new AuthlibError('network_error', 'The server could not be reached', { status: 502, reason: nameOf(error) })
  } finally {
    clearTimeout(timer)
    controller.abort() // lets go of a connection that is still open
  }
}

async function readAnswer({ status, headers, type, body }: Response, maxBody: number): Promise<SendResponse> {
  if (type === 'opaqueredirect' || (status >= 300 && status < 400 && status !== 304)) {
    throw new AuthlibError('unexpected_redirect', 'The server answered with a redirect', { status: 502 })
  }
  const bytes = await readBytes(body, maxBody)
  if (bytes === null) {
    throw new AuthlibError('response_too_large', 'The answer of the server is too large', { status: 502 })
  }
  return { status, headers, text: new TextDecoder().decode(bytes) }
}

/** The URL itself enters no message and no cause: it may carry a code or a token. */
function validateTarget(url: string | URL, addresses: AddressRule | 'any', allowInsecureTransport: boolean): URL {
  const target = typeof url === 'string' ? parseUrl(url) : url
  const secure =
    target !== null &&
    (addresses === 'any' ? isSecureTransport(target, { allowInsecureTransport }) : target.protocol === 'https:')
  if (!secure || target.username !== '' || target.password !== '') {
    throw new AuthlibError('insecure_transport', 'The URL must be https, without user and password', {
      hint: 'Plain http is accepted for loopback hosts only, or with allowInsecureTransport.',
    })
  }
  return target
}

function createHeaders(values: Readonly<Record<string, string>>, body: string | URLSearchParams | undefined): Headers {
  const headers = new Headers()
  if (!inBrowser()) headers.set('user-agent', 'authlib-ts')
  if (typeof body === 'object') headers.set('content-type', 'application/x-www-form-urlencoded')
  try {
    for (const [name, value] of Object.entries(values)) headers.set(name, value)
  } catch {
    throw new TypeError('A header to be sent has characters that no header may have') // the engine would quote the value
  }
  return headers
}

/** Its name and code at most: the messages and members of some runtimes quote the URL. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { code } = (error.cause ?? error) as { code?: unknown } // a system error, or anything
  return typeof code === 'string' ? `${error.name} ${code}` : error.name
}

/** Browsers name themselves, and ask another origin for leave before they send any other name. */
function inBrowser(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } } // not every runtime has one
  return navigator?.userAgent?.startsWith('Mozilla/') ?? false
}

/**
 * What the promise gives, unless the signal ends the waiting first: then the reason of the signal is thrown. What was waited for
 * goes on, for others who share it.
 *
 * @throws the reason of the signal
 */
export function untilAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error) // the caller's own, whatever it is
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
