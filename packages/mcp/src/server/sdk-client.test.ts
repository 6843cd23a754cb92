import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { createWorld, ISSUER, REDIRECT_URI, URL_OF_SERVER } from '../../test/world.ts'

const CLIENT_ID = 'https://agent.example/client.json'
const METADATA = {
  client_name: 'Agent',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
}

/** As an application of the SDK writes it: everything in memory. */
function createProvider(options: { clientMetadataUrl?: string } = {}) {
  const kept: { client?: unknown; tokens?: unknown; verifier: string; url?: URL } = { verifier: '' }
  const provider = {
    ...options,
    redirectUrl: REDIRECT_URI,
    clientMetadata: METADATA,
    clientInformation: () => kept.client,
    saveClientInformation: (client: unknown) => void (kept.client = client),
    tokens: () => kept.tokens,
    saveTokens: (tokens: unknown) => void (kept.tokens = tokens),
    redirectToAuthorization: (url: URL) => void (kept.url = url),
    saveCodeVerifier: (verifier: string) => void (kept.verifier = verifier),
    codeVerifier: () => kept.verifier,
  } as OAuthClientProvider // sound: what is kept is what the SDK gave
  return { kept, provider }
}

describe("the SDK's own OAuth client", () => {
  it.each([
    ['registers', {}],
    ['publishes a document', { clientMetadataUrl: CLIENT_ID }],
  ])('%s, logs in, calls a tool, and has a refresh token', async (_how, options) => {
    const world = await createWorld()
    world.answers.set(CLIENT_ID, () => Response.json({ ...METADATA, client_id: CLIENT_ID }))
    const { kept, provider } = createProvider(options)
    const connect = () =>
      new StreamableHTTPClientTransport(new URL(URL_OF_SERVER), { authProvider: provider, fetch: world.reach })
    const first = connect()
    await expect(new Client({ name: 'sdk', version: '0' }).connect(first)).rejects.toThrow(UnauthorizedError)
    await first.finishAuth(new URL(await world.approve(kept.url!.href)).searchParams)
    const client = new Client({ name: 'sdk', version: '0' })
    await client.connect(connect())
    const { content } = await client.callTool({ name: 'read', arguments: {} })
    expect(content).toEqual([{ type: 'text', text: 'read by alice' }])
    expect(world.requests.includes(`POST ${ISSUER}/register`)).toBe(!('clientMetadataUrl' in options))
    expect(kept.tokens).toMatchObject({ refresh_token: expect.any(String) })
  })
})
