import { describe, expect, it } from 'vitest'
import { basic, bareServer, fullServer, ISSUER, manualClock, OTHER, post, PUBLIC, WEB } from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { hashClientSecret } from '../records/client-secret.ts'
import { staticClients } from '../records/clients.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'

async function ask(
  server: AuthorizationServer,
  headers: Record<string, string>,
  form: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form })
  return server.fetch(new Request(`${ISSUER}/token`, { method: 'POST', body, headers }))
}

async function codeOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { error?: unknown }).error
}

const encode = (text: string): string => `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}`

describe('client_secret_basic (RFC 6749 §2.3.1, T7)', () => {
  it.each([
    ['no colon', encode('web')],
    ['an empty id', encode(':secret')],
    ['nothing', 'Basic '],
    ['no base64', 'Basic ***'],
    ['base64url', 'Basic d2Vi_w=='],
    ['bad percent encoding', encode('web:%zz')],
    ['bytes that are not UTF-8', `Basic ${btoa('web:\xff\xfe')}`],
    ['a wrong secret', encode('web:wrong')],
    ['an empty secret', encode('web:')],
    ['an unknown client', encode('nobody:secret')],
    ['a prototype name', encode('__proto__:secret')],
    ['a public client', encode('public:secret')],
  ])('answers 401 with a challenge to %s (§5.2)', async (_case, authorization) => {
    const { server } = fullServer()
    const response = await ask(server, { authorization })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
    expect(await codeOf(response)).toBe('invalid_client')
  })

  it('says the same for an unknown client and a wrong secret (T14)', async () => {
    const { server } = fullServer()
    const unknown = await ask(server, { authorization: encode('nobody:x') })
    const wrong = await ask(server, { authorization: encode('web:x') })
    expect(await unknown.text()).toBe(await wrong.text())
  })

  it('takes the scheme in any case (RFC 9110 §11.1)', async () => {
    const { server } = fullServer()
    expect((await ask(server, { authorization: basic(WEB).replace('Basic', 'bAsIc') })).status).toBe(200)
  })

  it.each([
    ['my-client', 'my%2Dclient:s%3Ae%25c+r%2Bet'],
    ['my-client', 'my-client:s%3Ae%25c%20r%2Bet'],
  ])('decodes both parts as form values: - may come as %%2D (§2.3.1, appendix B)', async (_id, credentials) => {
    const { server } = bareServer({
      clients: staticClients([
        { client_id: 'my-client', client_secret: 's:e%c r+et', grant_types: ['client_credentials'] },
      ]),
    })
    server.registerGrant(clientCredentialsGrant())
    expect((await ask(server, { authorization: encode(credentials) })).status).toBe(200)
  })

  it('takes a UTF-8 secret and an id with a colon', async () => {
    const { server } = bareServer({
      clients: staticClients([{ client_id: 'a:b', client_secret: 'schlüssel', grant_types: ['client_credentials'] }]),
    })
    server.registerGrant(clientCredentialsGrant())
    expect((await ask(server, { authorization: encode('a%3Ab:schl%C3%BCssel') })).status).toBe(200)
  })

  it('takes a matching client_id beside it and refuses one of another client (T8)', async () => {
    const { server } = fullServer()
    expect((await ask(server, { authorization: basic(WEB) }, { client_id: 'web' })).status).toBe(200)
    expect((await ask(server, { authorization: basic(WEB) }, { client_id: 'other' })).status).toBe(401)
  })
})

describe('one method, the registered one (RFC 6749 §2.3)', () => {
  it('refuses two at once (T8)', async () => {
    const { server } = fullServer()
    const response = await ask(
      server,
      { authorization: basic(WEB) },
      { client_id: 'web', client_secret: String(WEB.client_secret) },
    )
    expect([response.status, await codeOf(response)]).toEqual([400, 'invalid_request'])
  })

  it('refuses client_secret_post from a client registered for client_secret_basic (T8)', async () => {
    const { server } = fullServer()
    const response = await ask(server, {}, { client_id: 'web', client_secret: String(WEB.client_secret) })
    expect([response.status, await codeOf(response)]).toEqual([401, 'invalid_client'])
  })

  it('takes client_secret_post from a client registered for it', async () => {
    const client = { ...OTHER, token_endpoint_auth_method: 'client_secret_post' }
    const { server } = bareServer({ clients: staticClients([client]) })
    server.registerGrant(clientCredentialsGrant())
    const form = { client_id: client.client_id, client_secret: String(client.client_secret) }
    expect((await ask(server, {}, form)).status).toBe(200)
    expect((await ask(server, { authorization: basic(client) })).status).toBe(401)
  })

  it('refuses a confidential client that proves nothing', async () => {
    const { server } = fullServer()
    expect((await ask(server, {}, { client_id: 'web' })).status).toBe(401)
    expect((await ask(server, {})).status).toBe(401)
  })

  it('takes a scheme it does not know for no authentication at all', async () => {
    const { server } = fullServer()
    expect((await ask(server, { authorization: 'Bearer x' }, { client_id: 'public' })).status).toBe(401)
  })
})

describe('secrets', () => {
  it('may be two at once, so that one can be replaced', async () => {
    const [first, second] = await Promise.all(['first', 'second'].map(hashClientSecret))
    const base = await staticClients([WEB]).find('web')
    const client = base && { ...base, secrets: [{ hash: first! }, { hash: second! }] }
    const { server } = bareServer({ clients: { find: () => client } })
    server.registerGrant(clientCredentialsGrant())
    expect((await ask(server, { authorization: encode('web:first') })).status).toBe(200)
    expect((await ask(server, { authorization: encode('web:second') })).status).toBe(200)
  })

  it('expire (RFC 7591 §3.2.1, D-09)', async () => {
    const clock = manualClock()
    const { server } = bareServer({
      clock,
      clients: staticClients([{ ...WEB, client_secret_expires_at: clock() + 10 }]),
    })
    server.registerGrant(clientCredentialsGrant())
    expect((await ask(server, { authorization: basic(WEB) })).status).toBe(200)
    clock.advance(10)
    expect((await ask(server, { authorization: basic(WEB) })).status).toBe(401)
  })
})

describe('none', () => {
  it('lets a public client say who it is, where a grant allows it', async () => {
    const { server } = fullServer()
    const { json } = await post(server, '/token', { grant_type: 'authorization_code', code: 'x' }, PUBLIC)
    expect(json['error']).toBe('invalid_grant')
  })
})
