import { expect, it } from 'vitest'
import { API, fullServer, obtainCode, OTHER, post, redeem, WEB } from '../../../test/journey.ts'
import type { ConfiguredClient } from '../records/clients.ts'
import { staticClients } from '../records/clients.ts'

it('a subject is never looked up as a client, though a client may have that very id', async () => {
  const trusted: ConfiguredClient = { ...OTHER, client_id: 'alice', trust: { resourceServer: true, skipConsent: true } }
  const clients = staticClients([WEB, API, trusted])
  const asked = new Set<string>()
  const { server } = fullServer({
    clients: { ...clients, find: (id, about) => (asked.add(id), clients.find(id, about)) },
  })
  const { json } = await redeem(server, await obtainCode(server)) // as the user alice
  const token = String(json['access_token'])
  const introspected = await post(server, '/introspect', { token }, API)
  expect(introspected.json).toMatchObject({ active: true, sub: 'alice', client_id: 'web' })
  const refreshed = await post(
    server,
    '/token',
    { grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) },
    WEB,
  )
  expect(refreshed.status).toBe(200)
  await post(server, '/revoke', { token: String(refreshed.json['refresh_token']) }, WEB)
  expect(await server.authorizations.revoke({ subject: 'alice' })).toBe(0) // the revocation has ended it
  expect([...asked].sort()).toEqual(['api', 'web'])
})
