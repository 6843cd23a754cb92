import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AuthorizationServer, clientCredentialsGrant, staticClients } from '@authlib/oauth2/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { expect, it, onTestFinished } from 'vitest'

it('a server whose database stays busy answers 503, and goes on afterwards (X6)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'busy-'))
  const store = sqliteStore(join(folder, 'auth.db'), { busyTimeout: 0.05 })
  const other = new DatabaseSync(join(folder, 'auth.db'))
  onTestFinished(() => {
    other.close()
    store.close()
    rmSync(folder, { recursive: true })
  })
  const failures: unknown[] = []
  const server = new AuthorizationServer({
    issuer: 'http://127.0.0.1:4000',
    store,
    secrets: ['a secret of the server, 32 characters'],
    clients: staticClients([
      {
        client_id: 'job',
        client_secret: 'job-secret-job-secret-job-secret',
        grant_types: ['client_credentials'],
        scope: 'run',
      },
    ]),
    onEvent: (event) => failures.push(event),
  }).registerGrant(clientCredentialsGrant())
  const ask = (): Promise<Response> => {
    const headers = { authorization: `Basic ${btoa('job:job-secret-job-secret-job-secret')}` }
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    return server.fetch(new Request('http://127.0.0.1:4000/token', { method: 'POST', headers, body }))
  }

  other.exec('BEGIN IMMEDIATE') // another process that writes, and writes
  const refused = await Promise.all(Array.from({ length: 5 }, ask))
  for (const response of refused) {
    expect(response.status).toBe(503)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' })
  }
  expect(failures).toMatchObject(Array(5).fill({ type: 'server.error', error: { code: 'store_unavailable' } }))
  other.exec('COMMIT')
  expect((await ask()).status).toBe(200)
})
