import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { clientCommand, runConformance } from '../../test/conformance.ts'

const results = mkdtempSync(join(tmpdir(), 'mcp-conformance-'))
afterAll(() => rmSync(results, { recursive: true }))

async function expectPassed(scenario: string, version?: string): Promise<void> {
  const revision = version === undefined ? [] : ['--spec-version', version]
  const own = ['--scenario', `auth/${scenario}`, '--timeout', '60000', '--output-dir', results]
  expect(await runConformance(['client', '--command', clientCommand(), ...own, ...revision])).toContain('PASSED')
}

const LIMIT = 120_000

describe('the conformance runner of MCP, as of 2026-07-28', { timeout: LIMIT, concurrent: false }, () => {
  it.each([
    'metadata-default',
    'metadata-var1',
    'metadata-var2',
    'metadata-var3',
    'basic-cimd',
    'scope-from-www-authenticate',
    'scope-from-scopes-supported',
    'scope-omitted-when-undefined',
    'scope-step-up',
    'scope-retry-limit',
    'token-endpoint-auth-basic',
    'token-endpoint-auth-post',
    'token-endpoint-auth-none',
    'pre-registration',
    'resource-mismatch',
    'offline-access-scope',
    'offline-access-not-supported',
    'authorization-server-migration',
    'iss-supported',
    'iss-not-advertised',
    'iss-supported-missing',
    'iss-wrong-issuer',
    'iss-unexpected',
    'iss-normalized',
    'metadata-issuer-mismatch',
  ])('passes auth/%s', (scenario) => expectPassed(scenario, '2026-07-28'))
})

describe('the conformance runner of MCP, as of 2025-11-25', { timeout: LIMIT }, () => {
  it.each(['metadata-default', 'basic-cimd', 'scope-step-up', 'token-endpoint-auth-basic', 'pre-registration'])(
    'passes auth/%s',
    (scenario) => expectPassed(scenario, '2025-11-25'),
  )
})

describe('the conformance runner of MCP, older revisions and extensions', { timeout: LIMIT }, () => {
  it.each([
    '2025-03-26-oauth-metadata-backcompat',
    '2025-03-26-oauth-endpoint-fallback',
    'client-credentials-jwt',
    'client-credentials-basic',
    'enterprise-managed-authorization',
    'dpop',
    'dpop-nonce',
    'wif-jwt-bearer',
  ])('passes auth/%s', (scenario) => expectPassed(scenario))
})
