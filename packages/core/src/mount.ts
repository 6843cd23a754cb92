/** What `mount` and `protect` of every adapter are built on, so that an adapter only carries requests and responses. */

import { corsHeaders, isPreflight, preflightResponse } from './cors.ts'
import type { CurrentToken } from './current-token.ts'
import { AuthlibError } from './errors.ts'
import { requestPath } from './form.ts'
import { jsonResponse, type HttpHeader, type HttpRequest, type HttpResponse, type Mountable } from './http.ts'
import { noStore } from './no-store.ts'
import type { Protector } from './protect.ts'
import { assertSendable } from './sendable.ts'

export interface DispatchOptions {
  /** Called with each error that is answered with a 5xx status. Default: {@link logError}. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/**
 * The response of the mountable that has the path of the request, or null when none has. HTTP can carry the response
 * ({@link assertSendable}). Never throws or rejects. `below`: the path of the request below the path of the mount, where they
 * differ; a mount at a path that the issuer lacks is told to the console, once.
 */
export type Dispatch = (request: HttpRequest, below?: string) => Promise<HttpResponse> | null

/** Routes requests to mountables. Paths are read at the first request, as registrations may follow the mounting. */
export function createDispatch(
  mountables: Mountable | readonly Mountable[],
  { onError = logError }: DispatchOptions = {},
): Dispatch {
  let byPath: ReadonlyMap<string, Mountable> | undefined
  let warned = false

  /** Not async: two objects less for each request. */
  function sendable(response: HttpResponse): HttpResponse {
    try {
      return assertSendable(response)
    } catch (error) {
      return refuse(error)
    }
  }

  function refuse(error: unknown): HttpResponse {
    const response = errorResponse(error)
    if (response.status >= 500) onError(error)
    return response
  }

  return (request, below) => {
    try {
      byPath ??= indexRoutes([mountables].flat())
      const path = requestPath(request)
      const mountable = find(byPath, path)
      if (mountable) return Promise.resolve(mountable.handle(request)).then(sendable, refuse)
      if (!warned && below !== undefined && path.endsWith(below) && find(byPath, below)) {
        warned = true
        warnOfMount(path, below)
      }
      return null
    } catch (error) {
      return Promise.resolve(refuse(error))
    }
  }
}

/** The default for errors without a listener: writes to the console. */
export function logError(error: unknown): void {
  console.error(error) // eslint-disable-line no-console -- the last resort; `onError` replaces it
}

/** A valid token with headers to add to the response of the handler, or the response that refuses the request. */
export type Admission<Token> =
  | { readonly token: Token; readonly headers: readonly HttpHeader[]; readonly refusal?: undefined }
  | { readonly token?: undefined; readonly headers?: undefined; readonly refusal: HttpResponse }

/**
 * The outcome of {@link Protector.protect} and {@link Protector.respond} for a request. Scripts of other origins can read a
 * refusal, and a preflight (which never has a token) is answered. Never rejects; HTTP can carry the refusal.
 */
export async function admit<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  request: HttpRequest,
  requirement?: NoInfer<Requirement>,
  { onError = logError }: DispatchOptions = {},
): Promise<Admission<Token>> {
  if (isPreflight(request)) return { refusal: preflightResponse(ANY_METHOD) }
  try {
    const token = await protector.protect(request, requirement)
    const headers = protector.acceptedHeaders?.(request) ?? []
    if (headers.length === 0) return { token, headers }
    const names = headers.map(([name]) => name).filter((name) => name !== 'set-cookie') // scripts never see that one
    const exposed: readonly HttpHeader[] =
      names.length === 0 ? [] : [['access-control-expose-headers', names.join(', ')]]
    return { token, headers: assertSendable({ status: 200, headers: [...headers, ...exposed], body: '' }).headers }
  } catch (error) {
    return { refusal: refusalOf(protector, error, onError) }
  }
}

/** `*` is newer than the others. */
const ANY_METHOD = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', '*']

/** An `AuthlibError` in the shape of RFC 6749 §5.2; anything else as a bare 500, as its message is not meant for a client. */
export function errorResponse(error: unknown): HttpResponse {
  if (error instanceof AuthlibError && error.status !== 500) {
    return jsonResponse(error.status, { error: error.code, error_description: error.message }, noStore)
  }
  return jsonResponse(500, { error: 'server_error' }, noStore)
}

function refusalOf(
  protector: Pick<Protector, 'respond'>,
  error: unknown,
  onError: (error: unknown) => void,
): HttpResponse {
  try {
    const { status, headers, body } = protector.respond(error)
    return assertSendable({ status, headers: [...headers, ...corsHeaders], body })
  } catch (broken) {
    onError(broken)
    return errorResponse(broken)
  }
}

/** An exact path comes before one that ends with `/:id`. */
function find(byPath: ReadonlyMap<string, Mountable>, path: string): Mountable | undefined {
  const exact = byPath.get(path)
  const last = path.lastIndexOf('/') + 1
  return exact ?? (last < path.length ? byPath.get(path.slice(0, last) + ANY) : undefined)
}

/** For the developer of a server whose paths lack the path it is mounted below: the caller is told no more than 404. */
function warnOfMount(path: string, relative: string): void {
  const base = path.slice(0, path.length - relative.length)
  // eslint-disable-next-line no-console -- there is no one else to tell
  console.warn(
    `authlib: ${path} is not found: this is mounted below ${base}, and its path is ${relative}. End the issuer with ${base}, or mount at the root.`,
  )
}

/** Stands for the last segment in the index. No URL has it. */
const ANY = '\0'

function indexRoutes(mountables: readonly Mountable[]): ReadonlyMap<string, Mountable> {
  const byPath = new Map<string, Mountable>()
  for (const mountable of mountables) {
    for (const route of mountable.routes) {
      const path = route.path.replace(/\/:\w+$/, `/${ANY}`)
      if (byPath.has(path) && byPath.get(path) !== mountable) {
        throw new AuthlibError('duplicate_path', 'Two mountables have the same path', { reason: path })
      }
      byPath.set(path, mountable)
    }
  }
  return byPath
}
