import { describe, expect, it } from 'vitest'
import { clientMetadataDocument } from './client-metadata-document.ts'

const CLIENT_ID = 'https://app.example/oauth/client.json'
const METADATA = { client_name: 'Notes', redirect_uris: ['https://app.example/callback'] }

async function ask(method: string) {
  const document = clientMetadataDocument(CLIENT_ID, METADATA, { maxAge: 60 })
  const { status, headers, body } = await document.handle({
    method,
    url: '/oauth/client.json',
    headers: new Headers(),
    body: async () => new Uint8Array(),
  } as never)
  return { status, headers: Object.fromEntries(headers), body }
}

describe('the document of a client', () => {
  it('names its own URL, and a public client', async () => {
    const { status, headers, body } = await ask('GET')
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({
      ...METADATA,
      client_id: CLIENT_ID,
      token_endpoint_auth_method: 'none',
    })
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'public, max-age=60' })
    expect(headers['access-control-allow-origin']).toBe('*')
  })

  it('is mounted at the path of its URL', () => {
    expect(clientMetadataDocument(CLIENT_ID, METADATA).routes.map(({ path }) => path)).toEqual(['/oauth/client.json'])
  })

  it.each([
    ['HEAD', 200],
    ['OPTIONS', 204],
    ['POST', 405],
  ])('answers %s with %i', async (method, status) => {
    const answer = await ask(method)
    expect(answer.status).toBe(status)
    expect(answer.body).toBe('')
  })

  it.each([
    ['http', 'http://app.example/client.json', METADATA],
    ['no path', 'https://app.example/', METADATA],
    ['a fragment', `${CLIENT_ID}#a`, METADATA],
    ['a query', `${CLIENT_ID}?a=b`, METADATA],
    ['a user', 'https://user@app.example/client.json', METADATA],
    ['dot segments', 'https://app.example/a/../client.json', METADATA],
    ['another client id', CLIENT_ID, { ...METADATA, client_id: 'https://other.example/client.json' }],
    ['a secret', CLIENT_ID, { ...METADATA, client_secret: 'x' }],
    ['a secret method', CLIENT_ID, { ...METADATA, token_endpoint_auth_method: 'client_secret_basic' }],
    ['no redirect URIs', CLIENT_ID, { client_name: 'Notes' }],
  ])('is refused with %s (draft-ietf-oauth-client-id-metadata-document §3 §4.1)', (_what, clientId, metadata) => {
    expect(() => clientMetadataDocument(clientId, metadata)).toThrow(
      expect.objectContaining({ code: 'invalid_client_metadata' }),
    )
  })
})
