/** What `mount` and `protect` of every adapter stand on, so that an adapter only carries. */

import type { CurrentToken } from './current-token.ts'
import { AuthlibError } from './errors.ts'
import { requestPath } from './form.ts'
import { jsonResponse, noStore, type HttpHeader, type HttpRequest, type HttpResponse, type Mountable } from './http.ts'
import type { Protector } from './protect.ts'

export interface DispatchOptions {
  /** Hears of what a mountable throws instead of answering it. Default: {@link logError}. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** The answer of whoever has the path of the request, or null: the request is the application's. Never throws or rejects. */
export type Dispatch = (request: HttpRequest) => Promise<HttpResponse> | null

/** Routes requests to mountables. Paths are read at the first request, as registrations may follow the mounting. */
export function createDispatch(
  mountables: Mountable | readonly Mountable[],
  { onError = logError }: DispatchOptions = {},
): Dispatch {
  let byPath: ReadonlyMap<string, Mountable> | undefined

  async function answer(mountable: Mountable, request: HttpRequest): Promise<HttpResponse> {
    try {
      return await mountable.handle(request)
    } catch (error) {
      return refuse(error)
    }
  }

  function refuse(error: unknown): HttpResponse {
    const response = errorResponse(error)
    if (response.status >= 500) onError(error)
    return response
  }

  return (request) => {
    try {
      byPath ??= indexRoutes([mountables].flat())
      const mountable = byPath.get(requestPath(request))
      return mountable ? answer(mountable, request) : null
    } catch (error) {
      return Promise.resolve(refuse(error))
    }
  }
}

/** Where errors go that nobody listens for: they must not vanish. */
export function logError(error: unknown): void {
  console.error(error) // eslint-disable-line no-console -- the last resort; `onError` replaces it
}

/** A valid token with the headers that the answer must carry, or the answer that turns the request away. */
export type Admission<Token> =
  | { readonly token: Token; readonly headers?: readonly HttpHeader[] | undefined; readonly refusal?: undefined }
  | { readonly token?: undefined; readonly headers?: undefined; readonly refusal: HttpResponse }

/** What {@link Protector.protect} and {@link Protector.respond} say about a request, as one value. Never rejects. */
export async function admit<Token extends CurrentToken, Requirement>(
  protector: Protector<Token, Requirement>,
  request: HttpRequest,
  requirement?: NoInfer<Requirement>,
): Promise<Admission<Token>> {
  try {
    const token = await protector.protect(request, requirement)
    return { token, headers: protector.acceptedHeaders?.(request) }
  } catch (error) {
    return { refusal: refusalOf(protector, error) }
  }
}

/** Errors of ours in the shape of RFC 6749 §5.2; anything else as a bare 500, as its text is not meant for a client. */
export function errorResponse(error: unknown): HttpResponse {
  if (error instanceof AuthlibError && error.status !== 500) {
    return jsonResponse(error.status, { error: error.code, error_description: error.message }, noStore)
  }
  return jsonResponse(500, { error: 'server_error' }, noStore)
}

function refusalOf(protector: Pick<Protector, 'respond'>, error: unknown): HttpResponse {
  try {
    return protector.respond(error)
  } catch {
    return errorResponse(undefined)
  }
}

function indexRoutes(mountables: readonly Mountable[]): ReadonlyMap<string, Mountable> {
  const byPath = new Map<string, Mountable>()
  for (const mountable of mountables) {
    for (const { path } of mountable.routes) {
      if (byPath.has(path) && byPath.get(path) !== mountable) {
        throw new AuthlibError('duplicate_path', 'Two mountables have the same path', { reason: path })
      }
      byPath.set(path, mountable)
    }
  }
  return byPath
}
