import type { JsonObject } from '@authlib/core'
import { generateKey } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  Browser,
  CHALLENGE,
  fullServer,
  manualClock,
  post,
  redeem,
  REDIRECT_URI,
  refresh,
} from '../../../test/journey.ts'
import { OAuth2Error } from '../../errors.ts'
import { pushedAuthorizationRequests, staticClients } from '../index.ts'
import { clientIdMetadataDocuments, type ClientIdMetadataDocumentOptions } from './client-id-metadata-document.ts'

const URL_ID = 'https://client.example/metadata.json'
const CLIENT = { client_id: URL_ID }

const DOCUMENT: JsonObject = {
  client_id: URL_ID,
  client_name: 'Notes',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
}

function start(document: unknown = DOCUMENT, options: ClientIdMetadataDocumentOptions = {}, answer: ResponseInit = {}) {
  const clock = manualClock()
  const fetched: string[] = []
  const current = { document }
  const headers = { 'content-type': 'application/json', ...(answer.headers as Record<string, string> | undefined) }
  const fetch = (url: string | URL | Request): Promise<Response> => {
    fetched.push(url instanceof Request ? url.url : url.toString())
    const body = typeof current.document === 'string' ? current.document : JSON.stringify(current.document)
    return Promise.resolve(new Response(body, { ...answer, headers }))
  }
  const made = fullServer({ clock, scopes: ['read', 'write'], outgoing: { fetch, allowPrivateAddresses: true } })
  made.server.register(clientIdMetadataDocuments(options), pushedAuthorizationRequests())
  return { ...made, clock, fetched, current }
}

/** Status of an authorization request, which is 303 for a client that is known. */
async function statusOf(
  { server }: Pick<ReturnType<typeof start>, 'server'>,
  clientId: string = URL_ID,
): Promise<number> {
  return (await new Browser(server).open(authorizeUrl({ client_id: clientId }))).status
}

describe('a client with a document', () => {
  it('obtains and refreshes tokens, and is fetched once', async () => {
    const { server, fetched } = start()
    const code = (await new Browser(server).authorize({ client_id: URL_ID })).get('code')
    const tokens = await redeem(server, String(code), { client: CLIENT })
    expect([tokens.status, tokens.json['scope']]).toEqual([200, 'read write'])
    expect((await refresh(server, tokens.json['refresh_token'], CLIENT)).status).toBe(200)
    expect(fetched).toEqual([URL_ID])
    expect(server.metadata()).toMatchObject({ client_id_metadata_document_supported: true })
  })

  it('pushes requests', async () => {
    const { server, fetched } = start()
    const form = {
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    }
    expect((await post(server, '/par', form, CLIENT)).status).toBe(201)
    expect(fetched).toEqual([URL_ID])
  })

  it('is found by the server itself, which fetches nothing for it', async () => {
    const { server, fetched } = start()
    expect(await server.clients.find(URL_ID)).toBeNull()
    expect(fetched).toEqual([])
    await new Browser(server).authorize({ client_id: URL_ID })
    expect((await server.clients.find(URL_ID))?.clientName).toBe('Notes')
    expect(fetched).toEqual([URL_ID])
  })

  it('is never fetched at the token endpoint', async () => {
    const { server, fetched } = start()
    for (const path of ['/token', '/revoke']) {
      const { json } = await post(server, path, { grant_type: 'refresh_token', refresh_token: 'x', token: 'x' }, CLIENT)
      expect(json['error']).toBe('invalid_client')
    }
    expect(fetched).toEqual([])
  })

  it('goes after a client of the server', async () => {
    const { server } = fullServer({
      clients: staticClients([{ ...DOCUMENT, client_id: URL_ID, token_endpoint_auth_method: 'none' }]),
      outgoing: { fetch: () => Promise.reject(new Error('not to be fetched')) },
    })
    server.register(clientIdMetadataDocuments())
    expect(await statusOf({ server }, URL_ID)).toBe(303)
  })

  it('may have keys, and no secret (draft §6.2)', async () => {
    const key = await generateKey('ES256')
    const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.publicJwk()] } }
    expect(await statusOf(start({ ...DOCUMENT, ...keys }))).toBe(400) // the server has not registered the method
    for (const method of ['client_secret_basic', 'client_secret_post', 'client_secret_jwt']) {
      expect(await statusOf(start({ ...DOCUMENT, token_endpoint_auth_method: method }))).toBe(400)
    }
    expect(await statusOf(start({ ...DOCUMENT, id_token_signed_response_alg: 'HS256' }))).toBe(400)
  })
})

describe('a document is refused', () => {
  it.each<[string, unknown, ResponseInit?]>([
    ['with another client_id', { ...DOCUMENT, client_id: `${URL_ID}x` }],
    ['without client_id', { ...DOCUMENT, client_id: undefined }],
    ['with a secret', { ...DOCUMENT, client_secret: 'secret' }],
    ['with the expiry of a secret', { ...DOCUMENT, client_secret_expires_at: 0 }],
    ['without redirect URIs', { ...DOCUMENT, redirect_uris: [] }],
    ['with a grant without a person', { ...DOCUMENT, grant_types: ['client_credentials'] }],
    ['with a wrong type', { ...DOCUMENT, client_name: 1 }],
    ['that is no object', '[]'],
    ['that is not JSON', 'x'],
    ['that is too large', { ...DOCUMENT, more: 'x'.repeat(20_000) }],
    ['with status 201', DOCUMENT, { status: 201 }],
    ['with status 404', DOCUMENT, { status: 404 }],
    ['with a redirect', DOCUMENT, { status: 302, headers: { location: 'https://other.example' } }],
    ['as HTML', DOCUMENT, { headers: { 'content-type': 'text/html' } }],
  ])('%s', async (_what, document, answer) => {
    const made = start(document, {}, answer)
    expect(await statusOf(made)).toBe(400)
    expect(made.events).toContainEqual(expect.objectContaining({ type: 'client.refused', clientId: URL_ID }))
    expect(await statusOf(made)).toBe(400)
    expect(made.fetched).toHaveLength(2) // an error is not cached (draft §3.4)
  })

  it('with a type of its own, it is not', async () => {
    expect(await statusOf(start(DOCUMENT, {}, { headers: { 'content-type': 'application/client+json; x=y' } }))).toBe(
      303,
    )
  })
})

describe('a client_id', () => {
  it.each([
    ['http', 'http://client.example/metadata.json'],
    ['no path', 'https://client.example'],
    ['a dot segment', 'https://client.example/a/../metadata.json'],
    ['an encoded dot segment', 'https://client.example/a/%2e%2e/metadata.json'],
    ['a fragment', `${URL_ID}#x`],
    ['an empty fragment', `${URL_ID}#`],
    ['a user', 'https://user@client.example/metadata.json'],
    ['capitals in the host', 'https://Client.example/metadata.json'],
    ['more characters than stores hold', `https://client.example/${'x'.repeat(200)}`],
  ])('with %s is not fetched (draft §2)', async (_what, clientId) => {
    const made = start({ ...DOCUMENT, client_id: clientId })
    expect(await statusOf(made, clientId)).toBe(400)
    expect(made.fetched).toEqual([])
  })

  it.each(['https://127.0.0.1/x', 'https://localhost/x', 'https://169.254.169.254/x', 'https://[::1]/x'])(
    'on a private address is not fetched: %s',
    async (clientId) => {
      const { server } = fullServer({ outgoing: { fetch: () => Promise.reject(new Error('not to be fetched')) } })
      server.register(clientIdMetadataDocuments())
      expect(await statusOf({ server }, clientId)).toBe(400)
    },
  )

  it('may be limited to hosts', async () => {
    const made = start(DOCUMENT, { allow: ({ host }) => host === 'other.example' })
    expect(await statusOf(made)).toBe(400)
    expect(made.fetched).toEqual([])
  })
})

describe('the cache', () => {
  it.each([
    [undefined, 3600],
    ['max-age=600', 600],
    ['max-age=999999', 3600],
    ['max-age=1', 60],
    ['no-store', 60],
  ])('with Cache-Control %s keeps a document for %i seconds (draft §3.4)', async (control, seconds) => {
    const made = start(DOCUMENT, {}, control === undefined ? {} : { headers: { 'cache-control': control } })
    await statusOf(made)
    made.clock.advance(seconds - 1)
    await statusOf(made)
    expect(made.fetched).toHaveLength(1)
    made.clock.advance(1)
    made.current.document = { ...DOCUMENT, redirect_uris: ['https://moved.example/cb'] }
    expect(await statusOf(made)).toBe(400) // the new document counts
    expect(made.fetched).toHaveLength(2)
  })

  it('fetches a document once for requests at the same time', async () => {
    const made = start()
    expect(await Promise.all([statusOf(made), statusOf(made), statusOf(made)])).toEqual([303, 303, 303])
    expect(made.fetched).toHaveLength(1)
  })

  it('remembers clients with tokens, and forgets others after a day', async () => {
    const { server, clock, fetched } = start()
    const code = (await new Browser(server).authorize({ client_id: URL_ID })).get('code')
    const { json } = await redeem(server, String(code), { client: CLIENT })
    clock.advance(5 * 86_400)
    expect((await refresh(server, json['refresh_token'], CLIENT)).status).toBe(200)
    expect(fetched).toHaveLength(1)
    const other = start()
    await statusOf(other)
    other.clock.advance(86_400)
    expect((await refresh(other.server, 'x', CLIENT)).json['error']).toBe('invalid_client')
  })
})

it('asks the policy', async () => {
  const made = start(DOCUMENT, {
    policy: ({ metadata }) => {
      if (metadata['client_name'] === 'Notes') throw new OAuth2Error('invalid_client_metadata', 'the name is taken')
    },
  })
  expect(await statusOf(made)).toBe(400)
  const reason = expect.stringContaining('the name is taken') as string
  expect(made.events).toContainEqual(expect.objectContaining({ type: 'client.refused', reason }))
})
