import { Params } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { authorizeUrl, CHALLENGE, fullServer } from '../../../test/journey.ts'
import { invalidRequest } from '../../errors.ts'
import type { Extension } from '../contract/extension.ts'
import type { AuthorizationServer } from '../authorization-server.ts'

/** What a pushed request stands for; it may have a request object inside. */
const pushed = (inside: Record<string, string>): Extension => ({
  kind: 'extension',
  name: 'pushed',
  resolveRequestUri: (uri) => (uri === 'urn:pushed' ? { params: Params.of(inside), via: ['pushed'] } : undefined),
})

const signed: Extension = {
  kind: 'extension',
  name: 'signed',
  resolveRequestObject(text) {
    if (text !== 'good') throw invalidRequest('the signature is wrong')
    return { params: Params.of(plain), via: ['signed'] }
  },
  validateAuthorizationRequest({ via }) {
    if (!via.includes('signed')) throw invalidRequest('a request object is required')
  },
}

const plain = {
  client_id: 'web',
  response_type: 'code',
  scope: 'read',
  state: 'inside',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

async function ask(extensions: readonly Extension[], query: Record<string, string>): Promise<Response> {
  const { server } = fullServer()
  for (const extension of extensions) server.registerExtension(extension)
  return server.fetch(new Request(authorizeUrl({ client_id: 'web', ...query })))
}

const orders: [string, (one: Extension) => readonly Extension[]][] = [
  ['pushed requests first', (one) => [one, signed]],
  ['request objects first', (one) => [signed, one]],
]

describe.each(orders)('parameters that stand elsewhere, registered %s', (_case, order) => {
  it('are those of the request object inside the pushed request', async () => {
    const extensions = order(pushed({ client_id: 'web', request: 'good' }))
    const { headers } = await ask(extensions, { request_uri: 'urn:pushed' })
    expect(headers.get('location')).toMatch(/^\/login/)
  })

  it('are refused when the request object inside the pushed request is not valid', async () => {
    const extensions = order(pushed({ client_id: 'web', request: 'bad' }))
    const response = await ask(extensions, { request_uri: 'urn:pushed' })
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('the signature is wrong')])
  })

  it('do not count as signed because they were pushed', async () => {
    const { headers } = await ask(order(pushed(plain)), { request_uri: 'urn:pushed' })
    expect(headers.get('location')).toContain('error_description=a%20request%20object%20is%20required')
  })

  it('do not count as signed because a signed request came before', async () => {
    const { headers } = await ask(order(pushed(plain)), { request_uri: 'urn:pushed', request: 'good' })
    expect(headers.get('location')).toContain('error=invalid_request') // what stands beside a pushed request is not read
  })

  it.each([
    ['the pushed request', { request_uri: 'urn:pushed' }, pushed({ ...plain, client_id: 'other' })],
    ['nothing, as it names no client', { request_uri: 'urn:pushed' }, pushed({ ...plain, client_id: '' })],
  ])('are refused when client_id is another in %s', async (_what, query, extension) => {
    const response = await ask(order(extension), query)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  })

  it.each([
    ['alone', { request: 'good' }],
    ['inside a pushed request', { request_uri: 'urn:pushed' }],
  ])('are refused when client_id is another in the request object: %s', async (_what, query) => {
    const foreign: Extension = {
      ...signed,
      resolveRequestObject: () => ({ params: Params.of({ ...plain, client_id: 'other' }), via: ['signed'] }),
    }
    const one = pushed({ client_id: 'web', request: 'good' })
    const extensions = order(one).map((each) => (each === signed ? foreign : each))
    const response = await ask(extensions, query)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(await response.text()).toContain('client_id is not that of the request')
  })

  it('may not refer to others again', async () => {
    const response = await ask(order(pushed({ ...plain, request_uri: 'urn:pushed' })), { request_uri: 'urn:pushed' })
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  })
})

describe('parameters that a client pushed', () => {
  const push = async (server: AuthorizationServer, params: Record<string, string>) => {
    const client = await server.clients.find('web')
    if (!client) throw new Error('web is registered')
    return server.requests.pushed({ client, params: Params.of(params), authorizationId: 'a'.repeat(22) })
  }

  it('are valid as if a browser had brought them, and know how they came', async () => {
    const { server } = fullServer()
    const request = await push(server, plain)
    expect(request).toMatchObject({ via: ['pushed'], scope: ['read'], authorizationId: 'a'.repeat(22) })
  })

  it('may have a request object', async () => {
    const { server } = fullServer()
    server.register(signed)
    expect((await push(server, { client_id: 'web', request: 'good' })).via).toEqual(['pushed', 'signed'])
  })

  it.each([
    ['request_uri', { ...plain, request_uri: 'urn:pushed' }, 'invalid_request'], // RFC 9126 §2.1
    ['an unknown scope', { ...plain, scope: 'admin' }, 'invalid_scope'],
    ['a foreign redirect URI', { ...plain, redirect_uri: 'https://evil.example' }, 'invalid_request'],
  ])('are refused with the bare error, as nothing is answered at the client: %s', async (_case, params, code) => {
    const { server } = fullServer()
    await expect(push(server, params)).rejects.toMatchObject({ name: 'OAuth2Error', code })
  })
})
