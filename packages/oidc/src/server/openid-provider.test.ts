import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { developmentPages, staticClients, type AuthEvent } from '@authlib/oauth2/server'
import { expect, it } from 'vitest'
import { ISSUER } from '../../../oauth2/test/journey.ts'
import { claimsOf, logIn, OTHER_RP, RP, testKeys, withToken } from '../../test/provider.ts'
import { noneResponseType } from './features/response-types.ts'
import { openIdProvider, type OpenIDProviderOptions } from './openid-provider.ts'

async function start(more: Partial<OpenIDProviderOptions> = {}) {
  const events: AuthEvent[] = []
  const server = openIdProvider({
    issuer: ISSUER,
    store: memoryStore(),
    secrets: ['a secret of the tests, long enough to pass'],
    keys: await testKeys(),
    clients: staticClients([RP, OTHER_RP]),
    claims: () => ({ name: 'Alice Example' }),
    pages: developmentPages({ users: [{ username: 'alice' }] }),
    onEvent: (event) => events.push(event),
    ...more,
  })
  return { server, events }
}

it('is a whole provider: a login, userinfo, and a discovery document that says what is there', async () => {
  const { server, events } = await start()
  const { json } = await logIn(server, { scope: 'openid profile offline_access', prompt: 'consent' })
  expect(claimsOf(json['id_token']).sub).toBe('alice')
  expect(json).toHaveProperty('refresh_token')
  const userinfo = await withToken(server, '/userinfo', json['access_token'])
  expect(await userinfo.json()).toEqual({ sub: 'alice', name: 'Alice Example' })
  expect(server.metadata()).toMatchObject({
    code_challenge_methods_supported: ['S256'],
    pushed_authorization_request_endpoint: `${ISSUER}/par`,
    end_session_endpoint: `${ISSUER}/end_session`,
    backchannel_logout_supported: true,
    claims_parameter_supported: true,
    response_types_supported: ['code'],
  })
  expect(server.metadata()).toHaveProperty('dpop_signing_alg_values_supported')
  expect(JSON.stringify(events)).not.toContain('RS256')
})

it('takes what is registered besides, and options of openId', async () => {
  const { server } = await start({ openid: { claimsInIdToken: true } })
  server.register(noneResponseType)
  expect(server.metadata().response_types_supported).toEqual(['code', 'none'])
  expect(claimsOf((await logIn(server, { scope: 'openid profile' })).json['id_token'])['name']).toBe('Alice Example')
})

it('warns when there is no RS256 key (Discovery §3)', async () => {
  const { events } = await start({ keys: staticKeys([await generateKey('ES256')]) })
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'configuration.warning', reason: expect.stringContaining('RS256') }),
  )
})
