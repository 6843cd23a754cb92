/** The server: credentials, login, consent, and a resource of the person. */

import { escapeHtml, memoryStore, parseCookies, serializeCookie, type HttpRequest } from '@authlib/core'
import { currentToken, expressAdapter, mount, protect } from '@authlib/express'
import { OAuth1Server, ResourceProtector, staticClients, type OAuth1ResourceToken } from '@authlib/oauth1/server'
import express, { type Express, type Response } from 'express'
import { randomUUID } from 'node:crypto'

export interface ProviderOptions {
  readonly url: string
  readonly secret: string
  readonly client: { readonly clientId: string; readonly clientSecret: string; readonly redirectUri: string }
}

const PEOPLE = ['alice', 'bob']

export function createProvider({ url, secret, client: { redirectUri, ...client } }: ProviderOptions): Express {
  const sessions = new Map<string, string>()
  const session = (request: HttpRequest): { subject: string } | null => {
    const subject = sessions.get(parseCookies(request.headers.get('cookie')).get('session') ?? '')
    return subject === undefined ? null : { subject }
  }
  const options = {
    origin: url,
    store: memoryStore(),
    secrets: [secret],
    clients: staticClients([{ ...client, clientName: 'Album', redirectUris: [redirectUri], realms: ['photos'] }]),
  }
  const server = new OAuth1Server({ ...options, pages: { login: '/login', consent: '/consent', session } })
  const protector = new ResourceProtector(options)
  const resume = (response: Response) => server.interaction.resume(expressAdapter.request(response))

  const app = express()
  app.use(mount(server))
  app.use(express.urlencoded({ extended: false }))

  app.get('/login', async (_request, response) => {
    const { handle, client: asking } = await resume(response)
    response.send(loginPage(handle, asking.clientName ?? ''))
  })
  app.post('/login', async (request, response) => {
    const pending = await resume(response)
    const { username, password } = request.body as Record<string, string>
    if (username === undefined || !PEOPLE.includes(username) || password !== username) {
      response.status(401).send(loginPage(pending.handle, pending.client.clientName ?? '', 'Wrong name or password.'))
      return
    }
    const id = randomUUID()
    sessions.set(id, username)
    response.append('set-cookie', serializeCookie({ name: 'session', value: id }))
    expressAdapter.respond(response, await pending.loggedIn({ subject: username }))
  })
  app.get('/consent', async (_request, response) => {
    const { handle, client: asking, realms, login } = await resume(response)
    response.send(consentPage(handle, asking.clientName ?? '', realms, login?.subject ?? ''))
  })
  app.post('/consent', async (request, response) => {
    const pending = await resume(response)
    const { decision } = request.body as Record<string, string>
    expressAdapter.respond(response, await (decision === 'allow' ? pending.approve() : pending.deny()))
  })

  app.get('/photos', protect(protector, 'photos'), (request, response) => {
    const { subject } = currentToken<OAuth1ResourceToken>(request) ?? {}
    response.json({ owner: subject, photos: ['vacation.jpg'] })
  })

  app.use((error: unknown, _request: express.Request, response: Response, _next: express.NextFunction) => {
    expressAdapter.respond(response, server.respondToPerson(error))
  })
  return app
}

function loginPage(handle: string, client: string, error = ''): string {
  return page(
    'Log in',
    `<p>to continue to ${escapeHtml(client)}</p><p role="alert">${error}</p>
<form method="post">${field(handle)}
<label>Username <input name="username"></label>
<label>Password <input name="password" type="password"></label>
<button>Log in</button></form>`,
  )
}

function consentPage(handle: string, client: string, realms: readonly string[], subject: string): string {
  return page(
    `Allow ${escapeHtml(client)}?`,
    `<p>It asks for: ${escapeHtml(realms.join(', '))}. You are ${escapeHtml(subject)}.</p>
<form method="post">${field(handle)}
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>`,
  )
}

function field(handle: string): string {
  return `<input type="hidden" name="interaction" value="${escapeHtml(handle)}">`
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<main><h1>${title}</h1>${body}</main></html>`
}
