import { startTestServer, type TestServer } from '@authlib/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OAuth2Client, type GivenMetadata } from './index.ts'

let server: TestServer
let published: Record<string, unknown>
beforeEach(async () => {
  server = await startTestServer(({ url }) =>
    new URL(url).pathname === '/.well-known/openid-configuration'
      ? Response.json(published)
      : new Response('', { status: 404 }),
  )
  published = {
    issuer: server.url,
    token_endpoint: `${server.url}/token`,
    revocation_endpoint: `${server.url}/revoke`,
    custom_member: 'published',
  }
})
afterEach(() => server.stop())

const known = (metadata: GivenMetadata | undefined) =>
  new OAuth2Client({ issuer: server.url, clientId: 'client', metadata }).metadata()

describe('metadata by hand over discovery', () => {
  it('wins member by member, and leaves the others as published', async () => {
    const own = { token_endpoint: `${server.url}/own`, custom_member: 'own' }
    expect(await known(own)).toEqual({ ...published, ...own })
  })

  it('removes a published member that is undefined here', async () => {
    const metadata = await known({ revocation_endpoint: undefined })
    expect(metadata.revocation_endpoint).toBeUndefined()
    expect(metadata.token_endpoint).toBe(published['token_endpoint'])
  })

  it('says what the published document must call its issuer (RFC 8414 §3.3)', async () => {
    await expect(known({ issuer: 'https://other.example' })).rejects.toMatchObject({ code: 'issuer_mismatch' })
    published['issuer'] = 'https://other.example'
    expect((await known({ issuer: 'https://other.example' })).issuer).toBe('https://other.example')
    await expect(known(undefined)).rejects.toMatchObject({ code: 'issuer_mismatch' })
  })

  it('is enough where nothing is published', async () => {
    await server.stop()
    const token_endpoint = 'https://as.example/token'
    const client = new OAuth2Client({ clientId: 'client', metadata: { token_endpoint } })
    expect(await client.metadata()).toEqual({ token_endpoint })
  })
})
