/** The application: logs in with the provider and shows the photos of the person. */

import { AuthlibError, escapeHtml, memoryTokens, OAuth } from '@authlib/core'
import { expressAdapter } from '@authlib/express'
import { hmacSha256 } from '@authlib/oauth1'
import { oauth1, apiSession } from '@authlib/oauth1/client'
import express, { type Express } from 'express'

export interface ApplicationOptions {
  readonly secret: string
  readonly provider: string
  readonly client: { readonly clientId: string; readonly clientSecret: string; readonly redirectUri: string }
}

export function createApplication({ secret, provider, client }: ApplicationOptions): Express {
  const { redirectUri, ...credentials } = client
  const oauth = new OAuth({ adapter: expressAdapter, secrets: [secret], tokens: memoryTokens() }).register(
    'photos',
    oauth1({
      ...credentials,
      requestTokenUrl: `${provider}/oauth1/initiate`,
      authorizationUrl: `${provider}/oauth1/authorize`,
      accessTokenUrl: `${provider}/oauth1/token`,
      apiBaseUrl: provider,
      signatureMethod: hmacSha256,
    }),
  )

  const app = express()
  app.get('/', (_request, response) => {
    response.send(page('Album', '<p><a href="/login">Show my photos</a></p>'))
  })
  app.get('/login', (_request, response) => oauth.photos.authorizeRedirect(response, { redirectUri }))
  app.get('/cb', async (_request, response) => {
    const { token } = await oauth.photos.authorizeAccessToken(response)
    const answer = await apiSession(oauth.photos, { token }).fetch('/photos')
    const { owner, photos } = (await answer.json()) as { owner: string; photos: string[] }
    response.send(page(`Photos of ${escapeHtml(owner)}`, `<p>${escapeHtml(photos.join(', '))}</p>`))
  })
  app.use((error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    const code = error instanceof AuthlibError ? error.code : 'server_error'
    response.status(error instanceof AuthlibError ? error.status : 500)
    response.send(
      page('That did not work', `<p><code>${escapeHtml(code)}</code></p><p><a href="/login">Try again</a></p>`),
    )
  })
  return app
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<main><h1>${title}</h1>${body}</main></html>`
}
