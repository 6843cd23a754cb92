/**
 * Clients that people use, as their documentation says that they register and ask: coding assistants, chat applications and
 * workflow tools. Each registers by itself, logs a person in and refreshes.
 */

import { memoryStore, type JsonObject } from '@authlib/core'
import { generateKey, signJwt, staticKeys, type Key } from '@authlib/jose'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  dynamicClientRegistration,
  privateKeyJwt,
  refreshTokenGrant,
  resourceIndicators,
  storedClients,
} from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'

const ISSUER = 'https://as.example'
const RESOURCE = 'https://mcp.example/mcp'
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 appendix B
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

interface Wild {
  readonly registration: JsonObject
  /** Where it waits: with a port of the moment, for one on the machine of the person. */
  readonly redirectUri: string
  readonly scope?: string
  /** Older ones do not send it. */
  readonly resource?: string
  readonly grantedScope: string
}

const NATIVE = { token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] }

const CLIENTS: Readonly<Record<string, Wild>> = {
  'a chat application on the web, public, with a resource': {
    registration: { ...NATIVE, client_name: 'Chat', redirect_uris: ['https://chat.example/api/mcp/auth_callback'] },
    redirectUri: 'https://chat.example/api/mcp/auth_callback',
    scope: 'notes:read notes:write',
    resource: RESOURCE,
    grantedScope: 'notes:read notes:write',
  },
  'a chat application with a secret in the form, without a resource': {
    registration: {
      client_name: 'Connector',
      redirect_uris: ['https://chat.example/connector_platform_oauth_redirect'],
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    redirectUri: 'https://chat.example/connector_platform_oauth_redirect',
    grantedScope: 'notes:read',
  },
  'an editor with pages, loopback addresses and a port of the moment': {
    registration: {
      ...NATIVE,
      client_name: 'Editor',
      redirect_uris: ['https://editor.example/redirect', 'http://127.0.0.1/', 'http://127.0.0.1:33418/'],
      application_type: 'native',
    },
    redirectUri: 'http://127.0.0.1:51997/',
    scope: 'notes:write notes:read', // in another order than anything else
    resource: RESOURCE,
    grantedScope: 'notes:write notes:read',
  },
  'an editor with a scheme of its own beside https': {
    registration: {
      ...NATIVE,
      client_name: 'Editor',
      redirect_uris: ['com.editor.mcp://oauth/callback', 'https://editor.example/oauth/callback'],
      application_type: 'native',
    },
    redirectUri: 'com.editor.mcp://oauth/callback',
    resource: RESOURCE,
    grantedScope: 'notes:read',
  },
  'a command on loopback that says no application type': {
    registration: { ...NATIVE, client_name: 'Command', redirect_uris: ['http://localhost:3334/oauth/callback'] },
    redirectUri: 'http://localhost:49152/oauth/callback',
    scope: 'notes:read',
    grantedScope: 'notes:read',
  },
  'a workflow tool with a secret in the header': {
    registration: {
      client_name: 'Workflows',
      client_uri: 'https://workflows.example',
      redirect_uris: ['https://workflows.example/rest/oauth2-credential/callback'],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
    },
    redirectUri: 'https://workflows.example/rest/oauth2-credential/callback',
    scope: 'notes:read',
    grantedScope: 'notes:read',
  },
  'a backend that signs with its key': {
    registration: {
      client_name: 'Backend',
      redirect_uris: ['https://backend.example/callback'],
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['authorization_code', 'refresh_token'],
    },
    redirectUri: 'https://backend.example/callback',
    scope: 'notes:read',
    resource: RESOURCE,
    grantedScope: 'notes:read',
  },
}

async function start(): Promise<AuthorizationServer> {
  const store = memoryStore()
  return new AuthorizationServer({
    issuer: ISSUER,
    store,
    secrets: ['a secret of the tests, long enough to pass'],
    keys: staticKeys([await generateKey('ES256')]),
    clients: storedClients(store),
    scopes: ['notes:read', 'notes:write'],
    defaultScope: ['notes:read'],
    onEvent: () => undefined,
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(), privateKeyJwt(), dynamicClientRegistration({ access: 'open' }))
    .register(resourceIndicators({ resources: { [RESOURCE]: {} }, defaultResource: RESOURCE }))
}

type Json = Readonly<Record<string, unknown>>

async function json(response: Response): Promise<{ status: number; body: Json }> {
  return { status: response.status, body: (await response.json()) as Json } // sound: JSON
}

async function register(server: AuthorizationServer, { registration }: Wild, key: Key): Promise<Json> {
  const signs = registration['token_endpoint_auth_method'] === 'private_key_jwt'
  const body = JSON.stringify({ ...registration, ...(signs && { jwks: { keys: [key.publicJwk()] } }) })
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const answer = await json(await server.fetch(new Request(`${ISSUER}/register`, { method: 'POST', headers, body })))
  expect([answer.status, answer.body['error_description']]).toEqual([201, undefined])
  return answer.body
}

async function askForToken(
  server: AuthorizationServer,
  registered: Json,
  key: Key,
  fields: Record<string, string>,
): Promise<Json> {
  const clientId = String(registered['client_id'])
  const secret = String(registered['client_secret'])
  const headers: Record<string, string> = {}
  const form: Record<string, string> = { ...fields }
  const method = registered['token_endpoint_auth_method']
  if (method === 'none') form['client_id'] = clientId
  if (method === 'client_secret_post') Object.assign(form, { client_id: clientId, client_secret: secret })
  if (method === 'client_secret_basic') headers['authorization'] = `Basic ${btoa(`${clientId}:${secret}`)}`
  if (method === 'private_key_jwt') {
    const claims = { iss: clientId, sub: clientId, aud: ISSUER, jti: crypto.randomUUID() }
    form['client_assertion_type'] = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    form['client_assertion'] = await signJwt(claims, key, { lifetime: 60 })
  }
  const body = new URLSearchParams(form)
  const answer = await json(await server.fetch(new Request(`${ISSUER}/token`, { method: 'POST', headers, body })))
  expect([answer.status, answer.body['error_description']]).toEqual([200, undefined])
  return answer.body
}

describe('clients as they are', () => {
  it.each(Object.entries(CLIENTS))('%s: registers, logs in and refreshes', async (_case, wild) => {
    const server = await start()
    const key = await generateKey('ES256')
    const registered = await register(server, wild, key)
    const asked = new URLSearchParams({
      response_type: 'code',
      client_id: String(registered['client_id']),
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      redirect_uri: wild.redirectUri,
      state: 'a state',
      ...(wild.scope !== undefined && { scope: wild.scope }),
      ...(wild.resource !== undefined && { resource: wild.resource }),
    })
    const request = await server.validateAuthorizationRequest(new Request(`${ISSUER}/authorize?${asked.toString()}`))
    const { headers } = await server.requests.answer(request, { subject: 'alice', authTime: server.clock() })
    const location = new URL(headers.find(([name]) => name === 'location')?.[1] ?? '')
    expect(location.href.split('?')[0]).toBe(wild.redirectUri)
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ state: 'a state', iss: ISSUER })
    const resource = wild.resource === undefined ? {} : { resource: wild.resource }
    const redeemed = await askForToken(server, registered, key, {
      grant_type: 'authorization_code',
      code: location.searchParams.get('code') ?? '',
      redirect_uri: wild.redirectUri,
      code_verifier: VERIFIER,
      ...resource,
    })
    expect(redeemed['scope']).toBe(wild.grantedScope)
    const refreshed = await askForToken(server, registered, key, {
      grant_type: 'refresh_token',
      refresh_token: String(redeemed['refresh_token']),
      ...resource,
    })
    const found = await server.tokens.find(String(refreshed['access_token']))
    expect(found).toMatchObject({ scope: wild.grantedScope.split(' '), authorization: { subject: 'alice' } })
    expect(found?.audience.map((one) => one.replace(/\/$/, ''))).toEqual([RESOURCE])
  })
})
