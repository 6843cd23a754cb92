/**
 * The client that the conformance runner of MCP starts: `node conformance-client.ts <server url>`. The scenario stands in
 * the environment.
 */

import process from 'node:process'
import { importKey } from '@authlib/jose'
import {
  clientSecretBasic,
  discoverResource,
  dpop,
  exchangeToken,
  jwtBearer,
  OAuth2Client,
  privateKeyJwt,
} from '@authlib/oauth2/client'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { mcpAuth, type KnownClient, type McpAuthOptions } from '../src/client/index.ts'

type Context = Readonly<Record<string, string>>

const url = process.argv.at(-1)!
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const version = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION']
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Context // sound: the runner writes text

async function issuerHere(): Promise<string> {
  const refusal = await fetch(url, { method: 'POST' })
  const { authorizationServers } = await discoverResource(url, { challenge: refusal.headers.get('www-authenticate') })
  return authorizationServers[0]!
}

async function known(client: Omit<KnownClient, 'issuer' | 'clientId'>): Promise<Pick<McpAuthOptions, 'clients'>> {
  return { clients: [{ ...client, issuer: await issuerHere(), clientId: context['client_id']! }] }
}

const interactive: Pick<McpAuthOptions, 'onLogin'> = {
  async onLogin(login) {
    const answer = await fetch(login, { redirect: 'manual' })
    return answer.headers.get('location') ?? undefined
  },
}

/** RFC 8693 at the identity provider, RFC 7523 at the authorization server of the MCP server. */
async function identityAssertion(audience: string, resource: readonly string[]): Promise<string> {
  const { idp_client_id: clientId, idp_id_token: subjectToken, idp_issuer: issuer, idp_token_endpoint } = context
  const idp = new OAuth2Client({
    clientId: clientId!,
    metadata: { issuer: issuer!, token_endpoint: idp_token_endpoint! },
  })
  const { accessToken } = await exchangeToken(idp, {
    subjectToken: subjectToken!,
    subjectTokenType: 'id_token',
    requestedTokenType: 'urn:ietf:params:oauth:token-type:id-jag',
    audience,
    resource,
  })
  return accessToken
}

const SCENARIOS: Readonly<Record<string, () => Promise<Partial<McpAuthOptions>>>> = {
  'auth/pre-registration': async () => ({
    ...interactive,
    ...(await known({ clientSecret: context['client_secret'] })),
  }),
  'auth/client-credentials-basic': async () => ({
    obtain: (client, request) => client.clientCredentials(request),
    ...(await known({ clientAuth: clientSecretBasic(context['client_secret']!) })),
  }),
  'auth/client-credentials-jwt': async () => ({
    obtain: (client, request) => client.clientCredentials(request),
    ...(await known({ clientAuth: privateKeyJwt(await importKey(context['private_key_pem']!, { alg: 'ES256' })) })),
  }),
  'auth/wif-jwt-bearer': async () => ({
    obtain: (client, request) => jwtBearer(client, { assertion: context['valid_jwt']!, ...request }),
    ...(await known({})),
  }),
  'auth/enterprise-managed-authorization': async () => ({
    obtain: async (client, { resource, scope }) => {
      const { issuer } = await client.metadata()
      return jwtBearer(client, { assertion: await identityAssertion(issuer!, resource), scope })
    },
    ...(await known({ clientAuth: clientSecretBasic(context['client_secret']!) })),
  }),
  'auth/dpop': async () => ({ ...interactive, extensions: [dpop()] }),
  'auth/dpop-nonce': async () => ({ ...interactive, extensions: [dpop()] }),
}

const auth = mcpAuth({
  url,
  redirectUri: 'http://localhost:3000/callback',
  clientId: 'https://conformance-test.local/client-metadata.json',
  registration: { client_name: 'Conformance' },
  ...(await (SCENARIOS[scenario] ?? (async () => interactive))()),
})
const client = new Client(
  { name: 'authlib', version: '0.0.0' },
  version === '2026-07-28' ? { versionNegotiation: { mode: { pin: version } } } : {},
)
await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch: auth.fetch }))
const { tools } = await client.listTools()
for (const { name } of tools) await client.callTool({ name, arguments: {} })
await client.close()
process.exit() // a stream that the server holds open would keep it
