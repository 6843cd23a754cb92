import { describe, expect, it } from 'vitest'
import { createWorld, ISSUER, URL_OF_SERVER } from '../../test/world.ts'
import { authInfo, mcpAuthorization, mcpResource } from './index.ts'

describe('an MCP server', () => {
  it('answers a request without a token with the place of its metadata and the scope that it needs', async () => {
    const { reach } = await createWorld()
    const { status, headers } = await reach(URL_OF_SERVER)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe(
      `Bearer realm="${URL_OF_SERVER}", resource_metadata="http://localhost:5000/.well-known/oauth-protected-resource/mcp", scope="files:read"`,
    )
  })

  it('names its authorization server and its scopes, never offline_access (MCP Authorization §10)', async () => {
    const { reach } = await createWorld()
    const answer = await reach('http://localhost:5000/.well-known/oauth-protected-resource/mcp')
    expect(await answer.json()).toEqual({
      resource: URL_OF_SERVER,
      authorization_servers: [ISSUER],
      scopes_supported: ['files:read'],
      bearer_methods_supported: ['header'],
    })
  })

  it('must be at an https URL', () => {
    expect(() => mcpResource({ url: 'http://mcp.example/mcp', issuer: ISSUER })).toThrow(
      expect.objectContaining({ code: 'invalid_resource' }),
    )
  })
})

describe('what handlers learn of the caller', () => {
  it('is all but the token', () => {
    const claims = { sub: 'alice', client_id: 'agent', scope: 'files:read', aud: URL_OF_SERVER, exp: 1 }
    const token = {
      subject: 'alice',
      clientId: 'agent',
      scope: ['files:read'],
      audience: [URL_OF_SERVER],
      expiresAt: 1,
    }
    expect(authInfo({ ...token, tokenType: 'Bearer', claims })).toEqual({
      token: '',
      clientId: 'agent',
      scopes: ['files:read'],
      expiresAt: 1,
      resource: new URL(URL_OF_SERVER),
      extra: { subject: 'alice', claims },
    })
  })
})

describe('an authorization server for MCP', () => {
  const metadataOf = async (options: Parameters<typeof createWorld>[0]) =>
    (await createWorld(options)).server.metadata()

  it('publishes what MCP clients look for (MCP Authorization §3 §5 §12)', async () => {
    expect(await metadataOf({})).toMatchObject({
      code_challenge_methods_supported: ['S256'],
      client_id_metadata_document_supported: true,
      registration_endpoint: `${ISSUER}/register`,
      authorization_response_iss_parameter_supported: true,
    })
  })

  it('registers no clients where it is told not to', async () => {
    expect(await metadataOf({ registration: false })).not.toHaveProperty('registration_endpoint')
  })

  it('must say what tokens are for that name nothing, when there are several resources', () => {
    const resources = { 'https://a.example/mcp': {}, 'https://b.example/mcp': {} }
    expect(() => mcpAuthorization({ resources })).toThrow(TypeError)
    expect(() => mcpAuthorization({ resources, defaultResource: 'https://a.example/mcp' })).not.toThrow()
  })
})
