import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { AuthorizationServer, developmentPages, staticClients } from '@authlib/oauth2/server'
import { startTestServer } from '@authlib/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runConformance } from '../../test/conformance.ts'
import { approveIn } from '../../test/world.ts'
import { mcpAuthorization } from './index.ts'

const RESOURCE = 'https://mcp.example/mcp'
const results = mkdtempSync(join(tmpdir(), 'mcp-conformance-'))
const LIMIT = 120_000
let issuer = ''
let callbackPort = ''
let stop: () => Promise<void>

beforeAll(async () => {
  const callback = await startTestServer(() => new Response()) // a port that is free
  callbackPort = new URL(callback.url).port
  await callback.stop()
  const listener = await startTestServer((request) => server.fetch(request))
  issuer = listener.url
  stop = () => listener.stop()
  const server = new AuthorizationServer({
    issuer,
    store: memoryStore(),
    secrets: ['a secret of the tests, long enough to pass'],
    keys: staticKeys([await generateKey('ES256')]),
    scopes: ['files:read'],
    clients: staticClients([
      {
        client_id: 'runner',
        redirect_uris: [`http://127.0.0.1:${callbackPort}/callback`],
        grant_types: ['authorization_code'],
        scope: 'files:read',
        token_endpoint_auth_method: 'none',
      },
    ]),
  }).register(
    mcpAuthorization({ resources: { [RESOURCE]: { scope: ['files:read'] } } }),
    developmentPages({ users: [{ username: 'alice' }] }),
  )
})
afterAll(async () => {
  await stop()
  rmSync(results, { recursive: true })
})

describe('the conformance runner of MCP, asking the authorization server', { timeout: LIMIT }, () => {
  it.each(['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'])('passes all scenarios of %s', async (version) => {
    let approved: Promise<string> | undefined
    const args = ['authorization', '--url', issuer, '--client-id', 'runner', '--port', callbackPort]
    const own = ['--resource', RESOURCE, '--spec-version', version, '--output-dir', results]
    const output = await runConformance([...args, ...own], (text) => {
      const url = /^http\S*\/authorize\?\S*$/m.exec(text)?.[0]
      if (url !== undefined) approved ??= approveIn(url, `http://127.0.0.1:${callbackPort}`)
    })
    expect(approved).toBeDefined()
    expect(output).not.toMatch(/[1-9]\d* (?:failed|warnings)/)
  })
})
