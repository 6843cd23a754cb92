/** The application of the adapter contract in route handlers. */

import type { Adapter, Cookie, HttpResponse } from '@authlib/core'
import { currentToken, protect } from '@authlib/fetch'
import type { ContractApplication } from '@authlib/testing'
import type { NextContext } from '../src/request.ts'

export type NextAdapter = Adapter<NextContext, Response>

/** Passes all on to the adapter that Next.js has bundled, which is known once a request has come. */
export class BundledAdapter implements Adapter<NextContext, Response> {
  #bundled: NextAdapter | undefined

  use(bundled: NextAdapter): void {
    this.#bundled = bundled
  }

  request(context: NextContext): ReturnType<NextAdapter['request']> {
    return this.#bundled!.request(context)
  }

  respond(context: NextContext, response: HttpResponse): ReturnType<NextAdapter['respond']> {
    return this.#bundled!.respond(context, response)
  }

  setCookies(context: NextContext, cookies: readonly Cookie[]): ReturnType<NextAdapter['setCookies']> {
    return this.#bundled!.setCookies(context, cookies)
  }
}

/** What answers a path that is not of a mountable, if there is something. */
export function routeHandlers(
  application: ContractApplication<NextContext, Response>,
): (request: Request) => Promise<Response> | undefined {
  const { onError, path, protector } = application
  const read = protect(protector, 'read', { onError })
  const handlers: Record<string, (request: Request) => Promise<Response>> = {
    '/open': open,
    [`${path}/open`]: open,
    '/notes': read(open),
    [`${path}/notes`]: read(open),
    '/stream': read(() => new Response(application.stream())),
    '/admin': protect(protector, 'write', { onError })(open),
    '/login': (request) => application.login(request),
    '/callback': async (request) => {
      const result = await application.callback(request)
      return Response.json(result, { headers: { 'set-cookie': 'session=1' } })
    },
  }
  return (request) => handlers[new URL(request.url).pathname]?.(request)
}

/** A response as an application leaves it that sets headers on all of them. */
export function decorate(response: Response): Response {
  const copy = new Response(response.body, response)
  copy.headers.set('x-application', 'yes')
  copy.headers.set('access-control-allow-origin', 'https://app.example')
  copy.headers.append('set-cookie', 'before=1')
  return copy
}

async function open(request: Request): Promise<Response> {
  return Response.json({ subject: currentToken(request)?.subject ?? null, body: await request.text() })
}
