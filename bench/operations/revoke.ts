/** How long it takes to revoke everything of a client and of a person, on SQLite in a file: `revoke.ts [tokens]`. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AuthorizationServer,
  clientCredentialsGrant,
  newAuthorization,
  staticClients,
  tokenEndpoint,
  type Grant,
} from '@authlib/oauth2/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'

const count = Number(process.argv[2] ?? 20_000)
const folder = mkdtempSync(join(tmpdir(), 'authlib-revoke-'))
const store = sqliteStore(join(folder, 'bench.db'))
const secret = 'a-client-secret-of-more-than-32-characters'
/** Gives each token an authorization of a person, as a login does. */
const ofPerson: Grant = {
  kind: 'grant',
  grantType: 'urn:example:person',
  includes: [tokenEndpoint],
  exchange: (request) => ({ authorization: newAuthorization(request, { subject: 'alice', scope: [] }), scope: [] }),
}

const server = new AuthorizationServer({
  issuer: 'http://localhost:4000',
  store,
  secrets: ['a-server-secret-of-more-than-32-characters'],
  clients: staticClients([
    { client_id: 'machine', client_secret: secret, grant_types: ['client_credentials', ofPerson.grantType] },
  ]),
  onEvent: () => undefined,
})
  .registerGrant(clientCredentialsGrant())
  .registerGrant(ofPerson)

const headers = {
  authorization: `Basic ${btoa(`machine:${secret}`)}`,
  'content-type': 'application/x-www-form-urlencoded',
}

async function issue(grantType: string): Promise<void> {
  const init = { method: 'POST', headers, body: `grant_type=${grantType}` }
  const { status } = await server.fetch(new Request('http://localhost:4000/token', init))
  if (status !== 200) throw new Error(`the token endpoint answered ${status}`)
}

async function measure(
  what: string,
  grantType: string,
  owner: { clientId: string } | { subject: string },
): Promise<void> {
  for (let issued = 0; issued < count; issued += 250) {
    await Promise.all(Array.from({ length: Math.min(250, count - issued) }, () => issue(grantType)))
  }
  let latest = performance.now()
  let longest = 0
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - latest)
    latest = performance.now()
  }, 1)
  const started = performance.now()
  const revoked = await server.authorizations.revoke(owner)
  const seconds = (performance.now() - started) / 1000
  clearInterval(timer)
  console.log(
    `${what}: ${revoked} revoked in ${seconds.toFixed(2)} s; the loop was late ${longest.toFixed(0)} ms at most`,
  )
}

try {
  await measure('tokens of client_credentials', 'client_credentials', { clientId: 'machine' })
  await measure('authorizations of a person', ofPerson.grantType, { subject: 'alice' })
} finally {
  store.close()
  rmSync(folder, { recursive: true })
}
