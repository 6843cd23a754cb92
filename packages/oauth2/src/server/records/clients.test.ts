import { describe, expect, it } from 'vitest'
import type { ClientMetadata } from '../contract/client.ts'
import { clientFromMetadata } from './client-metadata.ts'
import { staticClients } from './clients.ts'

const WEB: ClientMetadata = {
  client_id: 'web',
  client_secret: 'web-secret-web-secret-web-secret',
  redirect_uris: ['https://app.example/cb'],
}

describe('client metadata (RFC 7591 §2)', () => {
  it.each<[fault: string, change: Partial<ClientMetadata>, reason: string]>([
    ['an empty id', { client_id: '' }, 'client_id is empty'],
    ['an empty secret', { client_secret: '' }, 'client_secret is empty'],
    ['an http redirect URI', { redirect_uris: ['http://app.example/cb'] }, 'a redirect URI is http and not loopback'],
    ['no redirect URI', { redirect_uris: [] }, 'redirect_uris is missing'],
  ])('is refused with %s, by a list as soon as it is made', async (_fault, change, reason) => {
    const metadata = { ...WEB, ...change }
    const error = { code: 'invalid_client_metadata', reason: expect.stringContaining(reason) as unknown }
    expect(() => staticClients([WEB, metadata])).toThrow(expect.objectContaining(error))
    await expect(clientFromMetadata(metadata)).rejects.toMatchObject(error)
  })

  it('gets the defaults of the specification, and a hash for its secret', async () => {
    expect(await staticClients([WEB]).find('web')).toMatchObject({
      ...{ grantTypes: ['authorization_code'], responseTypes: ['code'], authMethod: 'client_secret_basic' },
      secrets: [{ hash: expect.stringMatching(/^sha-256:/) as unknown }],
    })
  })
})
