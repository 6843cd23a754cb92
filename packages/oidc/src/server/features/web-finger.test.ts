import type { AuthorizationServer } from '@authlib/oauth2/server'
import { expect, it } from 'vitest'
import { ISSUER } from '../../../../oauth2/test/journey.ts'
import { provider } from '../../../test/provider.ts'
import { webFinger } from './web-finger.ts'

const REL = 'http://openid.net/specs/connect/1.0/issuer'

async function start(issuer = ISSUER): Promise<AuthorizationServer> {
  const { server } = await provider({ issuer })
  return server.register(webFinger({ accepts: (resource) => resource === 'acct:ann@example.com' }))
}

const ask = async (server: AuthorizationServer, query: string): Promise<Response> =>
  server.fetch(new Request(`${ISSUER}/.well-known/webfinger${query}`))

it('names the issuer for a resource of ours (Discovery §2.2)', async () => {
  const response = await ask(await start(), `?resource=acct%3Aann%40example.com&rel=${encodeURIComponent(REL)}`)
  expect(response.headers.get('content-type')).toBe('application/jrd+json')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(await response.json()).toEqual({
    subject: 'acct:ann@example.com',
    links: [{ rel: REL, href: ISSUER }],
  })
})

it('filters by rel (RFC 7033 §4.3)', async () => {
  const response = await ask(await start(), '?resource=acct%3Aann%40example.com&rel=avatar')
  expect(await response.json()).toEqual({ subject: 'acct:ann@example.com', links: [] })
})

it('answers 400 without resource and 404 for others (RFC 7033 §4.2)', async () => {
  const server = await start()
  expect((await ask(server, '')).status).toBe(400)
  expect((await ask(server, '?resource=acct%3Abob%40example.com')).status).toBe(404)
})

it('stands at the root of the host, also for an issuer with a path (RFC 7033 §4)', async () => {
  const server = await start(`${ISSUER}/tenant`)
  const response = await ask(server, '?resource=acct%3Aann%40example.com')
  expect(await response.json()).toMatchObject({ links: [{ href: `${ISSUER}/tenant` }] })
})
