import { memoryStore, type CurrentToken, type Protector } from '@authlib/core'
import { currentToken, mount, protect } from '@authlib/fetch'
import { AuthorizationServer, clientCredentialsGrant, staticClients } from '@authlib/oauth2/server'
import { expect, it } from 'vitest'

const SECRETS = ['a secret of at least 32 characters']
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

it('mounts a server on Web requests, and leaves other requests alone', async () => {
  const server = new AuthorizationServer({
    issuer: 'https://as.example',
    store: memoryStore(),
    secrets: SECRETS,
    clients: staticClients([
      { client_id: 'job', client_secret: 'a secret of a client', grant_types: ['client_credentials'], scope: 'read' },
    ]),
  }).registerGrant(clientCredentialsGrant())
  const auth = mount(server)
  const headers = { ...FORM, authorization: `Basic ${btoa('job:a%20secret%20of%20a%20client')}` }
  const body = 'grant_type=client_credentials'
  const response = await auth(new Request('https://as.example/token', { method: 'POST', headers, body }))
  expect(response?.status).toBe(200)
  expect(await response?.json()).toMatchObject({ token_type: 'Bearer', scope: 'read' })
  expect(auth(new Request('https://as.example/other'))).toBeNull()
})

it('protects a handler, which reads the body that the protector has read', async () => {
  const protector: Protector<CurrentToken, string> = {
    protect: async (request) => ({ subject: await request.text() }),
    respond: () => ({ status: 401, headers: [], body: '' }),
  }
  const handler = protect(
    protector,
    'read',
  )(async (request) => Response.json([currentToken(request)?.subject, await request.text()]))
  const response = await handler(new Request('https://api.example/', { method: 'POST', body: 'ü' }))
  expect(await response.json()).toEqual(['ü', 'ü'])
})
