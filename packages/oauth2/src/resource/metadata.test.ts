import { describe, expect, it } from 'vitest'
import { protectedResourceMetadata, resourceMetadataUrl } from './index.ts'

const get = (method = 'GET') => new Request('https://api.example/', { method })
const authorizationServers = ['https://as.example']

describe('protectedResourceMetadata', () => {
  it('publishes what clients need to find the authorization server (RFC 9728 §2)', async () => {
    const metadata = protectedResourceMetadata({
      resource: 'https://api.example/mcp',
      authorizationServers,
      scopes: ['notes:read'],
      name: 'Notes',
      documentation: 'https://api.example/docs',
      additional: { 'resource_name#it': 'Appunti', resource: 'https://evil.example' },
    })
    const { status, headers, body } = await metadata.handle(get())
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({
      resource: 'https://api.example/mcp',
      authorization_servers: ['https://as.example'],
      scopes_supported: ['notes:read'],
      bearer_methods_supported: ['header'],
      resource_name: 'Notes',
      'resource_name#it': 'Appunti',
      resource_documentation: 'https://api.example/docs',
    })
    expect(headers).toContainEqual(['content-type', 'application/json'])
    expect(headers).toContainEqual(['access-control-allow-origin', '*'])
    expect(headers).toContainEqual(['cache-control', 'public, max-age=3600'])
  })

  it('leaves out empty lists, except that no bearer method is a statement (RFC 9728 §2, §3.2)', async () => {
    const { body } = await protectedResourceMetadata({ resource: 'https://api.example', bearerMethods: [] }).handle(
      get(),
    )
    expect(JSON.parse(body)).toEqual({ resource: 'https://api.example', bearer_methods_supported: [] })
  })

  it.each([
    ['https://api.example', '/.well-known/oauth-protected-resource'],
    ['https://api.example/', '/.well-known/oauth-protected-resource'],
    ['https://api.example/mcp', '/.well-known/oauth-protected-resource/mcp'],
    ['https://api.example:8443/a/b', '/.well-known/oauth-protected-resource/a/b'],
    ['http://127.0.0.1:3000/a%20b', '/.well-known/oauth-protected-resource/a%20b'],
  ])('stands for %s at %s (S5, RFC 9728 §3.1)', (resource, path) => {
    const metadata = protectedResourceMetadata({ resource, authorizationServers })
    expect(metadata.routes.map((route) => route.path)).toEqual([path])
    expect(metadata.url).toBe(new URL(resource).origin + path)
    expect(metadata.url).toBe(resourceMetadataUrl(resource))
  })

  it('is found with and without the slash that ends the path of the resource', () => {
    const { routes, url } = protectedResourceMetadata({ resource: 'https://api.example/mcp/' })
    const path = '/.well-known/oauth-protected-resource/mcp'
    expect(routes.map((route) => route.path)).toEqual([path, `${path}/`])
    expect(url).toBe(`https://api.example${path}`)
  })

  it('keeps the identifier byte for byte, as clients compare it (S5, RFC 9728 §3.3)', async () => {
    const resource = 'https://API.example/Mcp/'
    const { body } = await protectedResourceMetadata({ resource }).handle(get())
    expect(JSON.parse(body)).toMatchObject({ resource })
  })

  it.each([
    'http://api.example',
    'https://api.example/#x',
    'https://api.example#',
    'https://api.example/?x=1',
    'https://api.example/?',
    'https://user@api.example/',
    'https://user:pass@api.example',
    'https:///user@api.example',
    'https:\\\\api.example',
    'ftp://api.example',
    'urn:example:api',
    'api.example',
    'javascript:alert(1)',
    ' https://api.example',
    'https://api.example/\n',
    '',
  ])('refuses to stand for %j (S5, RFC 9728 §1.2)', (resource) => {
    expect(() => protectedResourceMetadata({ resource })).toThrow(expect.objectContaining({ code: 'invalid_resource' }))
  })

  it('refuses what is no issuer (RFC 8414 §2)', () => {
    const publish = () =>
      protectedResourceMetadata({ resource: 'https://api.example', authorizationServers: ['as.example'] })
    expect(publish).toThrow(expect.objectContaining({ code: 'invalid_issuer' }))
  })

  it('answers a preflight, a HEAD, and no other method', async () => {
    const metadata = protectedResourceMetadata({ resource: 'https://api.example' })
    const preflight = await metadata.handle(get('OPTIONS'))
    expect(preflight.status).toBe(204)
    expect(preflight.headers).toContainEqual(['access-control-allow-headers', 'authorization, content-type, dpop, *'])
    expect(await metadata.handle(get('HEAD'))).toMatchObject({ status: 200, body: '' })
    const refused = await metadata.handle(get('POST'))
    expect(refused.status).toBe(405)
    expect(refused.headers).toContainEqual(['allow', 'GET, HEAD, OPTIONS'])
  })
})
