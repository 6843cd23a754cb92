/** Attacks on the token endpoint that no other test of it covers, by their ids. */

import { memoryStore } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  basic,
  bareServer,
  Browser,
  fullServer,
  ISSUER,
  manualClock,
  obtainCode,
  OTHER,
  post,
  PUBLIC,
  redeem,
  refresh,
  VERIFIER,
  WEB,
} from '../../test/journey.ts'
import { OAuth2Error } from '../errors.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { storedClients, staticClients } from './records/clients.ts'
import { clientCredentialsGrant } from './features/client-credentials.ts'

const FORM = 'application/x-www-form-urlencoded'

async function send(
  server: AuthorizationServer,
  body: string | ReadableStream,
  headers: Record<string, string> = { authorization: basic(WEB) },
  path = '/token',
): Promise<{ status: number; error: unknown; headers: Headers }> {
  const init = { method: 'POST', body, duplex: 'half', headers: { 'content-type': FORM, ...headers } }
  const response = await server.fetch(new Request(ISSUER + path, init))
  const { error } = (await response.json()) as { error?: unknown }
  return { status: response.status, error, headers: response.headers }
}

describe('T1: a code', () => {
  it.each([
    ['of 1 MiB', (code: string) => `code=${code}${'x'.repeat(2 ** 20)}`, [413, 'invalid_request']],
    ['of 60 kB', (code: string) => `code=${code}${'x'.repeat(60_000)}`, [400, 'invalid_grant']],
    ['twice', (code: string) => `code=${code}&code=${code}`, [400, 'invalid_request']],
    ['with a changed end', (code: string) => `code=${code.slice(0, -2)}AA`, [400, 'invalid_grant']],
    ['with more behind it', (code: string) => `code=${code}.x`, [400, 'invalid_grant']],
    ['in other letters', (code: string) => `code=${code.toUpperCase()}`, [400, 'invalid_grant']],
    ['that is empty', () => 'code=', [400, 'invalid_request']],
  ])('%s is refused, and stays good', async (_case, field, expected) => {
    const { server } = fullServer()
    const code = await obtainCode(server)
    const form = `grant_type=authorization_code&code_verifier=${VERIFIER}`
    const { status, error } = await send(server, `${form}&${field(code)}`)
    expect([status, error]).toEqual(expected)
    expect((await redeem(server, code)).status).toBe(200)
  })

  it('in the query is not read, and stays good', async () => {
    const { server } = fullServer()
    const code = await obtainCode(server)
    const form = `grant_type=authorization_code&code_verifier=${VERIFIER}`
    const { error } = await send(server, form, undefined, `/token?code=${code}`)
    expect(error).toBe('invalid_request')
    expect((await redeem(server, code)).status).toBe(200)
  })

  it('that was used ends what it gave, though the session has ended meanwhile (RFC 6749 §4.1.2)', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const browser = new Browser(server)
    const code = (await browser.authorize()).get('code') ?? ''
    const { json } = await redeem(server, code)
    await browser.open('/logout', {})
    clock.advance(5)
    expect((await redeem(server, code)).json['error']).toBe('invalid_grant')
    expect(await server.tokens.find(String(json['access_token']))).toBeNull()
  })
})

describe('T4: a verifier', () => {
  it.each(['é'.repeat(43), `${VERIFIER} `, `${VERIFIER}\n`, `${VERIFIER}=`])('%j is wrong', async (verifier) => {
    const { server } = fullServer()
    const code = await obtainCode(server)
    expect((await redeem(server, code, { code_verifier: verifier })).json['error']).toBe('invalid_grant')
  })

  it('twice is invalid, and the code stays good', async () => {
    const { server } = fullServer()
    const code = await obtainCode(server)
    const twice = `code_verifier=${VERIFIER}&code_verifier=${VERIFIER}`
    const { error } = await send(server, `grant_type=authorization_code&code=${code}&${twice}`)
    expect(error).toBe('invalid_request')
    expect((await redeem(server, code)).status).toBe(200)
  })
})

describe('T7: Basic credentials', () => {
  const encode = (text: string): string => `Basic ${btoa(text)}`

  it.each([
    encode('web%00:x'),
    encode('web\0:x'),
    encode('%ff:x'),
    'Basic',
    'Basic  ',
    `Basic ${'A'.repeat(100_000)}`,
    `${encode('web:x')}, ${encode('web:x')}`,
    'Basic realm="x"',
  ])('%j are refused, with a store of clients too', async (authorization) => {
    const { server } = fullServer({ clients: storedClients(memoryStore()) })
    const answer = await send(server, 'grant_type=client_credentials', { authorization })
    expect([answer.status, answer.error]).toEqual([401, 'invalid_client'])
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
  })
})

describe('T12: a body', () => {
  it('of 10 MB without a length is cut off', async () => {
    const { server } = fullServer()
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        if (++sent > 10_000) controller.close()
        else controller.enqueue(new TextEncoder().encode(`grant_type=${'a'.repeat(1000)}`))
      },
    })
    expect(await send(server, body)).toMatchObject({ status: 413, error: 'invalid_request' })
    expect(sent).toBeLessThan(100)
  })
})

describe('T13: an error', () => {
  it.each([
    ['grant_type=magic', 400],
    ['grant_type=%zz', 400],
    ['grant_type=client_credentials&client_id=other', 401],
  ])('to %s is JSON, never cached, with no cookie (RFC 6749 §5.2)', async (body, expected) => {
    const { status, headers } = await send(fullServer().server, body)
    expect(status).toBe(expected)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('set-cookie')).toBeNull()
  })
})

describe('T14: a thousand wrong secrets', () => {
  it.each(['client_secret_basic', 'client_secret_post'])(
    'by %s are told to whoever limits rates, with the client they were for',
    async (method) => {
      const client = { ...WEB, token_endpoint_auth_method: method }
      const { server, events } = bareServer({ clients: staticClients([client]) })
      server.registerGrant(clientCredentialsGrant())
      const answers = new Set<string>()
      for (let guess = 0; guess < 1000; guess++) {
        const wrong = { ...client, client_secret: `guess-${guess}` }
        const inBody = `&client_id=web&client_secret=${wrong.client_secret}`
        const { status, error } =
          method === 'client_secret_basic'
            ? await send(server, 'grant_type=client_credentials', { authorization: basic(wrong) })
            : await send(server, `grant_type=client_credentials${inBody}`, {})
        answers.add(`${status} ${String(error)}`)
      }
      expect([...answers]).toEqual(['401 invalid_client'])
      const refusals = events.filter(({ type }) => type === 'client.refused')
      expect(refusals).toHaveLength(1000)
      expect(refusals.at(-1)).toMatchObject({ clientId: 'web', reason: 'wrong secret' })
      expect(JSON.stringify(events)).not.toContain('guess-')
    },
  )
})

describe('T17: a refresh token', () => {
  async function signedIn(): Promise<{ server: AuthorizationServer; token: string }> {
    const { server } = fullServer()
    const { json } = await redeem(server, await obtainCode(server))
    return { server, token: String(json['refresh_token']) }
  }

  it.each([
    ['was revoked', (server: AuthorizationServer, token: string) => post(server, '/revoke', { token }, WEB)],
    [
      'belongs to a person who is gone',
      (server: AuthorizationServer) => server.authorizations.revoke({ subject: 'alice' }),
    ],
    [
      'belongs to a client whose grants ended',
      (server: AuthorizationServer) => server.authorizations.revoke({ clientId: 'web' }),
    ],
  ])('that %s is refused', async (_case, end) => {
    const { server, token } = await signedIn()
    await end(server, token)
    expect((await refresh(server, token)).json['error']).toBe('invalid_grant')
  })

  it('of a client that is no longer registered for the grant is refused', async () => {
    const grants = ['authorization_code', 'refresh_token']
    const { server } = fullServer({
      clients: { find: (id) => staticClients([{ ...WEB, grant_types: grants }]).find(id) },
    })
    const { json } = await redeem(server, await obtainCode(server))
    grants.pop()
    expect((await refresh(server, json['refresh_token'])).json['error']).toBe('unauthorized_client')
  })

  it.each(['', 'read read', 'read  write'])('takes the scope %j for what it says (RFC 6749 §6)', async (scope) => {
    const { server, token } = await signedIn()
    const { json } = await refresh(server, token, WEB, { scope })
    expect(json['scope']).toBe(scope === 'read read' ? 'read' : 'read write')
  })

  it('is no code, and a code is no refresh token', async () => {
    const { server, token } = await signedIn()
    const code = await obtainCode(server)
    expect((await redeem(server, token)).json['error']).toBe('invalid_grant')
    expect((await refresh(server, code)).json['error']).toBe('invalid_grant')
  })
})

describe('what a token request tells others', () => {
  it('is nothing about tokens of another client (RFC 6749 §5.2, §10.4)', async () => {
    const { server } = fullServer()
    const { json } = await redeem(server, await obtainCode(server))
    const stolen = await refresh(server, json['refresh_token'], OTHER)
    const unknown = await refresh(server, 'rt_unknown', OTHER)
    expect(stolen.json).toEqual(unknown.json)
    const code = await obtainCode(server)
    expect((await redeem(server, code, { client: PUBLIC })).json).toEqual(
      (await redeem(server, 'ac_x', { client: PUBLIC })).json,
    )
  })
})

describe('refusals before and after the grant', () => {
  it('a refusal before the code is read leaves it good: a nonce challenge burns nothing (RFC 9449 §8)', async () => {
    const { server } = fullServer()
    let refuse = true
    server.registerExtension({
      kind: 'extension',
      name: 'challenge',
      receiveClientRequest: () => {
        if (refuse) throw new OAuth2Error('use_dpop_nonce')
      },
    })
    const code = await obtainCode(server)
    expect((await redeem(server, code)).json['error']).toBe('use_dpop_nonce')
    refuse = false
    expect((await redeem(server, code)).status).toBe(200)
  })

  it('what was used up before the grant is not used up twice when the commit is lost', async () => {
    const inner = memoryStore()
    let lose = 0
    const { server } = fullServer({
      store: { ...inner, commit: (batch) => (lose-- > 0 ? Promise.resolve(false) : inner.commit(batch)) },
    })
    let received = 0
    server.registerExtension({ kind: 'extension', name: 'jti', receiveClientRequest: () => (received++, undefined) })
    const code = await obtainCode(server)
    lose = 3
    expect((await redeem(server, code)).status).toBe(200)
    expect(received).toBe(1)
  })

  it('lost bookkeeping of a poll is no 503', async () => {
    const { server } = bareServer({ store: { ...memoryStore(), commit: () => Promise.resolve(false) } })
    server.registerGrant({
      ...clientCredentialsGrant(),
      async exchange(request) {
        const plan = await clientCredentialsGrant().exchange(request)
        return { ...plan, refuse: new OAuth2Error('slow_down'), update: { data: { polledAt: request.now } } }
      },
    })
    const { status, json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect([status, json['error']]).toEqual([400, 'slow_down'])
  })

  it('no one but the server writes an authorization: a second writer is an error, not a lost token', async () => {
    const { server, events } = fullServer()
    server.registerExtension({
      kind: 'extension',
      name: 'second_writer',
      tokenResponse({ plan }) {
        const { id, revision } = plan.authorization
        const record = { kind: 'authorization', id, partition: id, revision: revision + 1, expiresAt: 2e9, data: {} }
        return { changes: { put: [record] } }
      },
    })
    const code = await obtainCode(server)
    expect((await redeem(server, code)).json['error']).toBe('server_error')
    expect(events.at(-1)).toMatchObject({ type: 'server.error', error: { code: 'invalid_batch' } })
  })

  it('a bare client_id belongs to the method that the client is registered for', async () => {
    const clients = staticClients([
      PUBLIC,
      { ...PUBLIC, client_id: 'tls', token_endpoint_auth_method: 'tls_client_auth' },
    ])
    const { server } = fullServer({ clients })
    server.registerClientAuthMethod({
      kind: 'client_auth_method',
      method: 'tls_client_auth',
      async authenticate({ clientCertificate }, params, { clients: source }) {
        const client = await source.find(params.get('client_id') ?? '')
        return client?.authMethod === 'tls_client_auth' && clientCertificate ? client : null
      },
    })
    const form = 'grant_type=refresh_token&refresh_token=x'
    expect(await send(server, `${form}&client_id=public`, {})).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await send(server, `${form}&client_id=tls`, {})).toMatchObject({ status: 401, error: 'invalid_client' })
    const request = {
      method: 'POST',
      url: '/token',
      headers: new Headers({ 'content-type': FORM }),
      text: () => Promise.resolve(`${form}&client_id=tls`),
      clientCertificate: { der: new Uint8Array(), trusted: true },
    }
    expect(JSON.parse((await server.handle(request)).body)).toMatchObject({ error: 'invalid_grant' })
  })

  it('a second code on an authorization that lives cannot be made: the same answer has the same code, another is refused', async () => {
    const { server } = fullServer()
    const request = await server.validateAuthorizationRequest(new Request(authorizeUrl()))
    const decision = { subject: 'alice', authTime: server.clock() }
    const { headers } = await server.createAuthorizationResponse(request, decision)
    const location = headers.find(([name]) => name === 'location')?.[1] ?? ''
    const { json } = await redeem(server, new URL(location).searchParams.get('code') ?? '')
    const again = await server.createAuthorizationResponse(request, decision)
    expect(again.headers.find(([name]) => name === 'location')?.[1]).toBe(location)
    const other = server.createAuthorizationResponse(request, { ...decision, subject: 'bob' })
    await expect(other).rejects.toMatchObject({ target: null })
    expect(await server.tokens.find(String(json['access_token']))).not.toBeNull()
  })
})
