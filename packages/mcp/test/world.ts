/** An authorization server, an MCP server behind it, and a person with a browser, all in one process. */

import { admitRequest, mount } from '@authlib/fetch'
import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import {
  AuthorizationServer,
  developmentPages,
  type AuthEvent,
  type AuthorizationServerOptions,
} from '@authlib/oauth2/server'
import { jwtAccessToken, type ResourceToken } from '@authlib/oauth2/resource'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { FormBrowser } from '../../../test/support/form-browser.ts'
import { authInfo, mcpAuthorization, mcpResource, type McpAuthorizationOptions } from '../src/server/index.ts'

export const ISSUER = 'http://localhost:4000'
export const URL_OF_SERVER = 'http://localhost:5000/mcp'
export const REDIRECT_URI = 'http://127.0.0.1:7000/callback'

export interface World {
  readonly reach: typeof fetch
  readonly server: AuthorizationServer
  readonly events: AuthEvent[]
  /** Every request that was made, as `POST http://…`. */
  readonly requests: string[]
  /** Replaces or adds what a URL answers. */
  readonly answers: Map<string, (request: Request) => Response | Promise<Response>>
  /** Logs in and approves. Gives the URL of the callback. */
  approve(url: string): Promise<string>
}

export async function createWorld(
  options: Partial<McpAuthorizationOptions> = {},
  serverOptions: Partial<AuthorizationServerOptions> = {},
): Promise<World> {
  const events: AuthEvent[] = []
  const requests: string[] = []
  const answers: World['answers'] = new Map()
  const reach: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const { origin, pathname } = new URL(request.url)
    requests.push(`${request.method} ${origin}${pathname}`)
    const own = answers.get(origin + pathname)
    if (own) return own(request)
    if (origin === ISSUER) return server.fetch(request)
    if (origin === new URL(URL_OF_SERVER).origin) return mcp(request)
    return new Response(null, { status: 404 })
  }
  const server = new AuthorizationServer({
    issuer: ISSUER,
    store: memoryStore(),
    secrets: ['a secret of the tests, long enough to pass'],
    keys: staticKeys([await generateKey('ES256')]),
    scopes: ['files:read', 'files:write'],
    outgoing: { fetch: reach, allowPrivateAddresses: true },
    onEvent: (event) => events.push(event),
    ...serverOptions,
  }).register(
    mcpAuthorization({ resources: { [URL_OF_SERVER]: { scope: ['files:read', 'files:write'] } }, ...options }),
    developmentPages({ users: [{ username: 'alice' }] }),
  )
  const mcp = createMcp(reach)
  return { reach, server, events, requests, answers, approve: (url) => approveIn(url, REDIRECT_URI, reach) }
}

/** Writing needs more scope than reading. */
function createMcp(reach: typeof fetch): (request: Request) => Promise<Response> {
  const { metadata, protector } = mcpResource({
    url: URL_OF_SERVER,
    issuer: ISSUER,
    scopes: ['files:read'],
    validators: [jwtAccessToken({ issuer: ISSUER, fetch: reach })],
  })
  const handler = createMcpHandler(() => createTools())
  const documents = mount(metadata)
  return async (request) => {
    const document = await documents(request.clone())
    if (document) return document
    const message = request.method === 'POST' ? ((await request.clone().json()) as Message) : {}
    const scope = message.params?.name === 'write' ? 'files:write' : 'files:read'
    const { token, refusal } = await admitRequest<ResourceToken, string>(protector, request, scope)
    return refusal ?? handler.fetch(request, { authInfo: authInfo(token) })
  }
}

interface Message {
  readonly params?: { readonly name?: string }
}

function createTools(): McpServer {
  const server = new McpServer({ name: 'files', version: '1.0.0' })
  for (const name of ['read', 'write']) {
    server.registerTool(name, { description: name }, ({ http }) => ({
      content: [{ type: 'text', text: `${name} by ${String(http?.authInfo?.extra?.['subject'])}` }],
    }))
  }
  return server
}

/** Goes through the development pages until the browser is at `end`. */
export async function approveIn(url: string, end: string, reach?: typeof fetch): Promise<string> {
  const browser = new FormBrowser(reach)
  await browser.open(url)
  for (let pages = 0; pages < 3 && !browser.url.startsWith(end); pages++) {
    await browser.submit({ username: 'alice', password: 'alice', decision: 'approve' })
  }
  return browser.url
}
