import { pbkdf2Sync } from 'node:crypto'
import { generateKey, signJwt, type Key } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import {
  basic,
  bareServer,
  CHALLENGE,
  fullServer,
  ISSUER,
  manualClock,
  OTHER,
  post,
  PUBLIC,
  REDIRECT_URI,
  WEB,
} from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { Client } from '../contract/client.ts'
import { introspectionEndpoint } from '../features/introspection.ts'
import { hashClientSecret } from '../records/client-secret.ts'
import { staticClients } from '../records/clients.ts'
import { clientCredentialsGrant } from '../features/client-credentials.ts'
import { privateKeyJwt } from '../client-auth/private-key-jwt.ts'
import { pushedAuthorizationRequests } from '../features/pushed-authorization.ts'

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

describe('Basic credentials of clients that do not form-encode (RFC 6749 §2.3.1)', () => {
  const serverFor = (...clients: { id: string; secret: string }[]): AuthorizationServer => {
    const { server } = bareServer({
      clients: staticClients(
        clients.map(({ id, secret }) => ({
          client_id: id,
          client_secret: secret,
          grant_types: ['client_credentials'],
        })),
      ),
    })
    return server.registerGrant(clientCredentialsGrant())
  }

  it.each(['foo%Qbar', 'a+b+c+d+e', 'a%41b%42cd', 'pass word:1', '100%sure!', '%%%%abcd'])(
    '%s works raw and encoded',
    async (secret) => {
      const server = serverFor({ id: 'web', secret })
      expect((await ask(server, { authorization: encode(`web:${secret}`) })).status).toBe(200)
      expect((await ask(server, { authorization: encode(`web:${encodeURIComponent(secret)}`) })).status).toBe(200)
      expect((await ask(server, { authorization: encode(`web:${secret}x`) })).status).toBe(401)
    },
  )

  it('takes an id that looks encoded as it is, unless the decoded one exists', async () => {
    const [plus, space] = [
      { id: 'a+b', secret: 'plus-secret-plus-secret' },
      { id: 'a b', secret: 'space-secret-space-secret' },
    ]
    expect((await ask(serverFor(plus), { authorization: encode(`a+b:${plus.secret}`) })).status).toBe(200)
    const both = serverFor(plus, space)
    expect((await ask(both, { authorization: encode(`a+b:${space.secret}`) })).status).toBe(200)
    expect((await ask(both, { authorization: encode(`a%2Bb:${plus.secret}`) })).status).toBe(200)
    expect((await ask(both, { authorization: encode(`a+b:${plus.secret}`) })).status).toBe(401) // ambiguous: the specification decides
  })
})

describe('a public client with Basic credentials', () => {
  it('is let in with an empty password, which proves nothing', async () => {
    const { server } = fullServer()
    const answer = async (authorization: string, form = {}): Promise<unknown> => {
      const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'x', ...form })
      return codeOf(
        await server.fetch(new Request(`${ISSUER}/token`, { method: 'POST', body, headers: { authorization } })),
      )
    }
    expect(await answer(encode('public:'))).toBe('invalid_grant')
    expect(await answer(encode('public:'), { client_id: 'public' })).toBe('invalid_grant')
    expect(await answer(encode('public:'), { client_id: 'web' })).toBe('invalid_client')
    expect(await answer(encode('public:x'))).toBe('invalid_client')
    expect(await answer(encode('web:'))).toBe('invalid_client')
  })
})

describe('several methods for one client', () => {
  it('are trust, and the registered one stays', async () => {
    const { server } = bareServer({
      clients: staticClients([{ ...WEB, trust: { authMethods: ['client_secret_post'] } }]),
    })
    server.registerGrant(clientCredentialsGrant())
    const form = { client_id: 'web', client_secret: String(WEB.client_secret) }
    expect((await ask(server, {}, form)).status).toBe(200)
    expect((await ask(server, { authorization: basic(WEB) })).status).toBe(200)
  })

  it('tell a client that has proven itself that it used the wrong one', async () => {
    const { server } = fullServer()
    const post = (secret: string) => ask(server, {}, { client_id: 'web', client_secret: secret })
    expect(await (await post(String(WEB.client_secret))).json()).toEqual({
      error: 'invalid_client',
      error_description: 'the client is registered for another authentication method',
    })
    expect(await (await post('wrong')).json()).toEqual({ error: 'invalid_client' })
  })
})

describe('secret verifiers', () => {
  const hash = (secret: string): string =>
    `pbkdf2_sha256$1000$salt$${pbkdf2Sync(secret, 'salt', 1000, 32, 'sha256').toString('base64')}`

  async function serverWith(hashes: string[]): Promise<AuthorizationServer> {
    const base = await staticClients([WEB]).find('web')
    const client = { ...base, secrets: hashes.map((text) => ({ hash: text })) } as Client
    const { server } = bareServer({ clients: { find: (id) => (id === 'web' ? client : null) } })
    return server.registerGrant(clientCredentialsGrant())
  }

  it('check hashes that another server has made', async () => {
    const server = (await serverWith([hash('old-secret')])).registerSecretVerifier({
      kind: 'secret_verifier',
      name: 'django',
      accepts: (text) => text.startsWith('pbkdf2_sha256$'),
      verify(secret, text) {
        const [, rounds, salt = '', digest] = text.split('$')
        return pbkdf2Sync(secret, salt, Number(rounds), 32, 'sha256').toString('base64') === digest
      },
    })
    expect((await ask(server, { authorization: encode('web:old-secret') })).status).toBe(200)
    expect((await ask(server, { authorization: encode('web:new-secret') })).status).toBe(401)
    expect((await ask(server, { authorization: encode('nobody:old-secret') })).status).toBe(401)
  })

  it('are needed: a hash of an unknown form matches nothing, not even itself', async () => {
    const text = hash('old-secret')
    const server = await serverWith([text])
    expect((await ask(server, { authorization: encode('web:old-secret') })).status).toBe(401)
    expect((await ask(server, { authorization: encode(`web:${text}`) })).status).toBe(401)
  })
})

describe('client sources', () => {
  it('are asked after the own clients, and learn which endpoint asks', async () => {
    const asked: unknown[] = []
    const { server } = fullServer()
    server.registerClientSource({
      kind: 'client_source',
      name: 'documents',
      async find(clientId, { endpoint, server: asking }) {
        asked.push([clientId, endpoint, asking.issuer])
        return clientId === 'web'
          ? staticClients([{ ...WEB, client_secret: 'of-a-stranger-of-a-stranger' }]).find('web')
          : null
      },
    })
    expect((await ask(server, { authorization: basic(WEB) })).status).toBe(200)
    expect(asked).toEqual([])
    await ask(server, { authorization: encode('app.example:secret') })
    await server.fetch(new Request(`${ISSUER}/authorize?client_id=https://x.example`))
    expect(asked).toEqual([
      ['app.example', 'token', ISSUER],
      ['https://x.example', 'authorization', ISSUER],
    ])
  })
})

describe('introspection by a client that is no resource server', () => {
  it('is told nothing, and the operator why', async () => {
    const { server, events } = bareServer({
      clients: staticClients([
        WEB,
        { client_id: 'api', client_secret: 'api-secret-api-secret-api-secret', grant_types: [] },
      ]),
    })
    server.registerGrant(clientCredentialsGrant()).register(introspectionEndpoint())
    const { access_token: token } = (await (await ask(server, { authorization: basic(WEB) })).json()) as {
      access_token: string
    }
    const api = { client_id: 'api', client_secret: 'api-secret-api-secret-api-secret' }
    expect((await post(server, '/introspect', { token }, api)).json).toEqual({ active: false })
    expect(events).toContainEqual({
      type: 'introspection.withheld',
      at: expect.any(Number) as number,
      clientId: 'api',
      reason: 'the client is not trusted as a resource server',
    })
  })
})

describe('the methods of the token endpoint', () => {
  it.each(['/token', '/revoke', '/introspect', '/par'])('are those of %s (RP Metadata Choices §3)', async (path) => {
    const key = await generateKey('ES256')
    const jwt = { client_id: 'jwt', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.publicJwk()] } }
    const { server } = fullServer({
      clients: staticClients([
        WEB,
        { ...OTHER, token_endpoint_auth_method: 'client_secret_post' },
        { ...WEB, client_secret: undefined, ...jwt } as never,
      ]),
    })
    server.register(pushedAuthorizationRequests(), privateKeyJwt())
    const form = { grant_type: 'client_credentials', token: 'x' }
    const request = { response_type: 'code', redirect_uri: REDIRECT_URI, code_challenge: CHALLENGE }
    const send = (more: Record<string, string>, client?: typeof WEB): ReturnType<typeof post> =>
      post(server, path, { ...form, ...request, code_challenge_method: 'S256', ...more }, client)
    const secret = (text: string) => ({ client_id: 'other', client_secret: text })
    const assertion = async (by: Key) => ({
      client_assertion: await signJwt({ iss: 'jwt', sub: 'jwt', aud: ISSUER, jti: path }, by, { lifetime: 60 }),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const good = [await send({}, WEB), await send(secret(OTHER.client_secret!)), await send(await assertion(key))]
    expect(good.map(({ status }) => status < 300)).toEqual([true, true, true])
    const bad = [
      await send({}, { ...WEB, client_secret: 'wrong' }),
      await send(secret('wrong')),
      await send(await assertion(await generateKey('ES256'))),
    ]
    expect(bad.map(({ status, json }) => [status, json['error']])).toEqual(Array(3).fill([401, 'invalid_client']))
  })
})
