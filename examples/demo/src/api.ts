/** The protected API: lets requests in by their access token, and reads who and what from it. */

import { currentToken, expressAdapter, mount, protect } from '@authlib/express'
import {
  jwtAccessToken,
  protectedResourceMetadata,
  ResourceProtector,
  type ResourceToken,
} from '@authlib/oauth2/resource'
import { apiPage } from './api/page.ts'
import { pageResponse } from './pages/layout.ts'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'

export interface ApiOptions {
  /** Its own URL: the audience that tokens must name. */
  readonly url: string
  /** The authorization server whose tokens it accepts. */
  readonly issuer: string
  /** Reaches it. */
  readonly fetch: typeof fetch
}

export function createApi({ url, issuer, fetch }: ApiOptions): Express {
  const metadata = protectedResourceMetadata({
    resource: url,
    authorizationServers: [issuer],
    scopes: ['api:read', 'api:write'],
    name: 'Authlib demo API',
  })
  const protector = new ResourceProtector({
    resource: url,
    resourceMetadata: metadata.url,
    validators: [jwtAccessToken({ issuer, fetch })],
  })
  const notes = new Map<string, string[]>() // of each person, until the demo stops

  function answer(request: Request): object {
    const { subject = '', clientId, scope = [], audience, expiresAt } = currentToken<ResourceToken>(request) ?? {}
    return {
      message: `Hello ${subject}`,
      notes: notes.get(subject) ?? [],
      token: { sub: subject, client_id: clientId, aud: audience, scope: scope.join(' '), exp: expiresAt },
    }
  }

  const app = express().disable('x-powered-by')
  app.use(mount(metadata))
  app.get('/', async (request, response) => {
    if (request.accepts(['json', 'html']) === 'html') {
      const page = await pageResponse(
        200,
        apiPage({ url, issuer, metadata: new URL(metadata.url).pathname }),
        'Protected API',
      )
      expressAdapter.respond(response, page)
    } else {
      response.json({ resource: url, resource_metadata: metadata.url, notes: `${url}/notes` })
    }
  })
  app.get('/notes', protect(protector, 'api:read'), (request, response) => {
    response.json(answer(request))
  })
  app.post('/notes', protect(protector, 'api:write'), express.json({ limit: '4kb' }), (request, response) => {
    const { text } = (request.body ?? {}) as { text?: unknown }
    const subject = currentToken<ResourceToken>(request)?.subject
    if (subject === undefined || typeof text !== 'string' || text === '' || text.length > 200) {
      response.status(400).json({ error: 'invalid_note', error_description: 'text must have 1 to 200 characters' })
      return
    }
    notes.set(subject, [...(notes.get(subject) ?? []), text].slice(-5))
    response.status(201).json(answer(request))
  })
  app.use((_request, response) => {
    response.status(404).json({ error: 'not_found' })
  })
  app.use(refuse)
  return app
}

/** A body that cannot be read; Express itself would answer with a page. */
function refuse(error: Error & { status?: number }, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) next(error)
  else response.status(error.status ?? 500).json({ error: 'invalid_request' })
}
