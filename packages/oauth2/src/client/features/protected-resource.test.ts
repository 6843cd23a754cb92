import { publicAddresses } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { discoverResource } from './protected-resource.ts'

const RESOURCE = 'https://api.example/notes'
const DOCUMENT = { resource: RESOURCE, authorization_servers: ['https://as.example'], scopes_supported: ['read'] }
const AT_PATH = 'https://api.example/.well-known/oauth-protected-resource/notes'
const AT_ROOT = 'https://api.example/.well-known/oauth-protected-resource'

function discover(
  answers: Record<string, unknown>,
  { url = RESOURCE, challenge }: { url?: string; challenge?: string } = {},
) {
  const asked: string[] = []
  const found = discoverResource(url, {
    challenge,
    fetch: async (input) => {
      const place = input instanceof Request ? input.url : String(input)
      asked.push(place)
      const answer = answers[place]
      if (answer === undefined) return new Response('no', { status: 404 })
      return typeof answer === 'string' ? new Response(answer) : Response.json(answer)
    },
  })
  return { found, asked }
}

describe('the metadata of a protected resource', () => {
  it('stands at the well-known URL of its path (RFC 9728 §3.1)', async () => {
    const { found, asked } = discover({ [AT_PATH]: DOCUMENT })
    expect(await found).toEqual({
      resource: RESOURCE,
      authorizationServers: ['https://as.example'],
      scopes: ['read'],
      metadata: DOCUMENT,
    })
    expect(asked).toEqual([AT_PATH])
  })

  it('stands where a challenge says, of any scheme (RFC 9728 §5.1)', async () => {
    const place = 'https://api.example/metadata.json'
    for (const scheme of ['Bearer', 'DPoP']) {
      const { found, asked } = discover(
        { [place]: DOCUMENT },
        { challenge: `Basic realm="x", ${scheme} error="invalid_token", resource_metadata="${place}"` },
      )
      expect((await found).resource).toBe(RESOURCE)
      expect(asked).toEqual([place])
    }
  })

  it('may be that of the whole host, when it stands at the root', async () => {
    const { found, asked } = discover({ [AT_ROOT]: { ...DOCUMENT, resource: 'https://api.example' } })
    expect((await found).resource).toBe('https://api.example')
    expect(asked).toEqual([AT_PATH, AT_ROOT])
  })

  it.each([
    ['another host', AT_PATH, 'https://other.example/notes'],
    ['another path', AT_PATH, 'https://api.example/other'],
    ['a path that begins alike', AT_PATH, 'https://api.example/note'],
    ['the host, said by one of its paths', AT_PATH, 'https://api.example'],
  ])('is refused when it is about %s (RFC 9728 §3.3)', async (_what, place, resource) => {
    const { found } = discover({ [place]: { ...DOCUMENT, resource } })
    await expect(found).rejects.toMatchObject({ code: 'resource_mismatch', status: 502 })
  })

  it.each([
    ['no JSON', 'hello'],
    ['a list', '[]'],
    ['without a resource', { authorization_servers: ['https://as.example'] }],
    ['with a fragment', { ...DOCUMENT, resource: `${RESOURCE}#a` }],
    ['without authorization servers', { resource: RESOURCE }],
    ['with an empty list of them', { ...DOCUMENT, authorization_servers: [] }],
    ['with numbers among them', { ...DOCUMENT, authorization_servers: [1] }],
    ['with scopes as text', { ...DOCUMENT, scopes_supported: 'read' }],
  ])('is refused when it is %s', async (_what, document) => {
    await expect(discover({ [AT_PATH]: document }).found).rejects.toMatchObject({ code: 'invalid_metadata' })
  })

  it('is missing when no place has it', async () => {
    const { found } = discover({})
    await expect(found).rejects.toMatchObject({ code: 'missing_metadata' })
  })

  it('is found with and without a slash at the end', async () => {
    const { found } = discover(
      { [AT_ROOT]: { ...DOCUMENT, resource: 'https://api.example' } },
      { url: 'https://api.example/' },
    )
    expect((await found).resource).toBe('https://api.example')
  })

  it('never comes from an address that is not public, when somebody else chose the URL', async () => {
    const found = discoverResource('https://127.0.0.1/mcp', { addresses: publicAddresses })
    await expect(found).rejects.toMatchObject({ code: 'forbidden_address' })
  })
})
