import { fromRequest } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { API, Browser, fullServer, ISSUER, post, redeem, WEB } from '../../../test/journey.ts'
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
