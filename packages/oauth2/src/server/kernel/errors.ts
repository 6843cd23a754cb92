/** Answering what was thrown, in one place. */

import type { HttpResponse } from '@authlib/core'
import { errorResponse, serverError, type ErrorUris, type OAuth2Error } from '../../errors.ts'
import { AuthorizationError } from '../authorization-error.ts'
import type { ResponseTarget } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { reportAuthorizationRefusal } from '../refusals.ts'
import { toOAuth2Error } from '../to-oauth2-error.ts'
import type { Registry } from './registry.ts'
import { sendToClient } from './send-to-client.ts'

/** At the client when its redirect URI is known, as a page when a person looks at it, as JSON otherwise. */
export async function respond(
  server: Server,
  registry: Registry,
  error: unknown,
  uris: ErrorUris | undefined,
): Promise<HttpResponse> {
  if (error instanceof AuthorizationError) {
    report(server, error.error)
    const { target } = error
    reportAuthorizationRefusal(server, error.error, error.clientId)
    return target ? sendError(server, registry, error.error, target, uris) : showError(server, error.error, uris)
  }
  const known = toOAuth2Error(error)
  report(server, known)
  return errorResponse(known, uris)
}

/** When the way to the client is what is broken, the person gets a page. */
async function sendError(
  server: Server,
  registry: Registry,
  error: OAuth2Error,
  target: ResponseTarget,
  uris: ErrorUris | undefined,
): Promise<HttpResponse> {
  try {
    return await sendToClient(registry, target, error.toParams(uris))
  } catch (cause) {
    const crash = serverError('', { cause })
    report(server, crash)
    return showError(server, crash, uris)
  }
}

/** The page is loaded by the first error that needs it. Should that fail, the person reads the same in JSON. */
async function showError(server: Server, error: OAuth2Error, uris: ErrorUris | undefined): Promise<HttpResponse> {
  try {
    const { errorPage } = await import('./error-page.ts')
    return errorPage(error)
  } catch (cause) {
    report(server, serverError('', { cause }))
    return errorResponse(error, uris)
  }
}

function report(server: Server, error: OAuth2Error): void {
  if (error.status >= 500) server.emit({ type: 'server.error', at: server.clock(), error: error.cause ?? error })
}
