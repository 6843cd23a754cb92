import { fromRequest } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { API, Browser, fullServer, ISSUER, manualClock, post, redeem, WEB } from '../../../test/journey.ts'
import { introspection, ResourceProtector } from '../../resource/index.ts'
import type { AuthorizationServer } from '../authorization-server.ts'

async function tokens(server: AuthorizationServer): Promise<Record<string, unknown>> {
  const code = (await new Browser(server).authorize({}, { user: 'alice' })).get('code')
  return (await redeem(server, code!)).json
}

describe('introspection of a refresh token', () => {
  it('says N_A for its type: it authorizes nothing at a resource (RFC 8693 §2.2.1)', async () => {
    const { server } = fullServer()
    const { access_token: access, refresh_token: refresh } = await tokens(server)
    const about = async (token: unknown) => (await post(server, '/introspect', { token: String(token) }, WEB)).json
    expect(await about(access)).toMatchObject({ active: true, token_type: 'Bearer' })
    expect(await about(refresh)).toMatchObject({ active: true, token_type: 'N_A' })
    expect((await post(server, '/introspect', { token: String(refresh) }, API)).json).toEqual({ active: false })
  })

  it('does not open an API that asks as the client itself', async () => {
    const { server } = fullServer()
    const { access_token: access, refresh_token: refresh } = await tokens(server)
    const guard = new ResourceProtector({
      resource: 'https://api.example',
      clock: server.clock,
      validators: [
        introspection({
          endpoint: `${ISSUER}/introspect`,
          clientId: WEB.client_id,
          clientSecret: WEB.client_secret!,
          allowMissingAudience: true,
          fetch: (url, init) => server.fetch(new Request(url, init)),
        }),
      ],
    })
    const present = (token: unknown): Promise<unknown> => {
      const headers = { authorization: `Bearer ${String(token)}` }
      return guard.protect(fromRequest(new Request('https://api.example', { headers })))
    }
    expect(await present(access)).toMatchObject({ clientId: 'web' })
    await expect(present(refresh)).rejects.toMatchObject({ code: 'invalid_token' })
  })
})

describe('introspection', () => {
  it.each<[string, (live: string) => Record<string, string>]>([
    ['an unknown token', () => ({ token: `at_${'A'.repeat(22)}.${'B'.repeat(43)}` })],
    ['what is no token', () => ({ token: 'x' })],
    ['a token that was tampered with', (live) => ({ token: `${live}x` })],
    ['a token of another kind than the hint says', () => ({ token: 'x', token_type_hint: 'refresh_token' })],
  ])('says of %s that it is not active, and no more (RFC 7662 §2.2)', async (_case, fields) => {
    const { server } = fullServer()
    const { access_token: live } = await tokens(server)
    const { status, json } = await post(server, '/introspect', fields(String(live)), WEB)
    expect([status, json]).toEqual([200, { active: false }])
  })

  it('finds a token whatever the hint says: the hint is only a hint (RFC 7662 §2.1)', async () => {
    const { server } = fullServer()
    const { access_token: live } = await tokens(server)
    for (const token_type_hint of ['access_token', 'refresh_token', 'nonsense', '__proto__']) {
      const { json } = await post(server, '/introspect', { token: String(live), token_type_hint }, WEB)
      expect(json['active']).toBe(true)
    }
  })

  it('says of a token that it is not active from the second on in which it expires', async () => {
    const clock = manualClock()
    const { server } = fullServer({ clock })
    const { access_token: live } = await tokens(server)
    const about = async () => (await post(server, '/introspect', { token: String(live) }, WEB)).json
    clock.advance(3599)
    expect(await about()).toMatchObject({ active: true, exp: clock() + 1 })
    clock.advance(1)
    expect(await about()).toEqual({ active: false })
  })

  it('refuses a request without a token, and one without a client (RFC 7662 §2.1, §2.3)', async () => {
    const { server } = fullServer()
    const missing = await post(server, '/introspect', {}, WEB)
    expect([missing.status, missing.json['error']]).toEqual([400, 'invalid_request'])
    const unknown = await post(server, '/introspect', { token: 'x', client_id: 'web', client_secret: 'wrong' })
    expect([unknown.status, unknown.json['error']]).toEqual([401, 'invalid_client'])
  })
})
