/** In place of the server, the protector and the registry of an application: what a test has put on `globalThis`. */

import type { CurrentToken, Mountable, Protector } from '@authlib/core'
import type { NodeEvent } from '@authlib/h3/v1'

export interface NuxtApplication {
  readonly server: Mountable
  readonly protector: Protector<CurrentToken, string>
  onError(error: unknown): void
  authorizeRedirect(event: NodeEvent): Promise<void>
  authorizeAccessToken(event: NodeEvent): Promise<{ readonly profile: { readonly sub: string } }>
}

interface Example {
  authorizeRedirect(event: NodeEvent, options: { readonly redirectUri: string }): Promise<void>
  authorizeAccessToken(event: NodeEvent): Promise<{ readonly profile: { readonly sub: string } }>
}

export const server: Mountable = {
  get routes() {
    return current().server.routes
  },
  handle: (request) => current().server.handle(request),
}

export const protector: Protector<CurrentToken, string> = {
  protect: (request, requirement) => current().protector.protect(request, requirement),
  respond: (error) => current().protector.respond(error),
  acceptedHeaders: (request) => current().protector.acceptedHeaders?.(request) ?? [],
}

export const oauth: { readonly example: Example } = {
  example: {
    authorizeRedirect: (event) => current().authorizeRedirect(event),
    authorizeAccessToken: (event) => current().authorizeAccessToken(event),
  },
}

export function onError(error: unknown): void {
  current().onError(error)
}

function current(): NuxtApplication {
  return (globalThis as unknown as { nuxtApplication: NuxtApplication }).nuxtApplication // sound: a test sets it first
}
